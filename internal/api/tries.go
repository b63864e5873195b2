package api

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"
)

// limit is a budget that fills up again: burst at once, then one every so often.
type limit struct {
	burst float64
	every time.Duration
}

// bucket is how much of a limit is used. The zero bucket is full.
type bucket struct {
	used float64
	at   time.Time
}

// wait is how long until one more may be taken; 0 is now.
func (b *bucket) wait(now time.Time, l limit) time.Duration {
	b.used = max(0, b.used-float64(now.Sub(b.at))/float64(l.every))
	b.at = now
	if b.used+1 <= l.burst {
		return 0
	}
	return time.Duration((b.used + 1 - l.burst) * float64(l.every))
}

// tries limits how often a password may be guessed, without giving anybody the power to
// lock an owner out. A lock that counts by account does just that: whoever keeps guessing
// keeps the owner out. So tries are counted in these ways, and a place is where somebody
// asks from, an IPv4 address or the first half of an IPv6 one:
//
//   - from a place where the account's owner has signed in in the last 90 days, by account
//     and place alone. What the rest of the world does uses up nothing of it, so the owner
//     can always sign in from there.
//   - from any other place, by account and place, by account over all such places (many
//     machines that guess one password), and by place over all accounts (one machine that
//     tries one password on many).
//
// An attacker with a thousand machines thus gets about 3,000 guesses a day at an account,
// which is nothing against a password that is not a common one. Nothing ever locks: a
// budget that is used up refills, and a good sign-in uses up none of it.
//
// Strangers are counted in tables of a fixed size, by a hash that nobody outside can
// compute: a flood of names and addresses costs no memory, and drives out no count. Names
// that are no account's are counted like the others, so that a refusal tells nothing.
type tries struct {
	now  func() time.Time
	seed maphash.Seed

	mu    sync.Mutex
	known map[string]*bucket // by account and place; only pairs that the store knows
	pair  []bucket
	names []bucket
	place []bucket
}

const (
	triesSlots = 1 << 14
	knownMost  = 10_000
)

// The budgets.
func perPair() limit  { return limit{5, 10 * time.Second} }
func perName() limit  { return limit{20, 30 * time.Second} }
func perPlace() limit { return limit{20, 3 * time.Second} }
func perCode() limit  { return limit{5, time.Minute} }

func newTries(now func() time.Time) *tries {
	return &tries{
		now: now, seed: maphash.MakeSeed(), known: map[string]*bucket{},
		pair: make([]bucket, triesSlots), names: make([]bucket, triesSlots), place: make([]bucket, triesSlots),
	}
}

// try is one try to sign in.
type try struct {
	account string // the name, or what else is guessed at
	place   string
	known   bool // the owner of the account has signed in from the place
	code    bool // the password was right: what is guessed is the code
}

func (t *tries) slot(table []bucket, key string) *bucket {
	return &table[maphash.String(t.seed, key)%uint64(len(table))]
}

// counted is a bucket with its limit.
type counted struct {
	*bucket
	limit
}

// of lists where a try counts. A code has budgets of its own: it is short, and whoever
// guesses it has the password already.
func (t *tries) of(y try) []counted {
	account := strings.ToLower(strings.TrimSpace(y.account))
	pair := perPair()
	if y.code {
		account, pair = "code\x00"+account, perCode()
	}
	if y.known {
		key := account + "\x00" + y.place
		b := t.known[key]
		if b == nil {
			if len(t.known) >= knownMost {
				clear(t.known)
			}
			b = &bucket{}
			t.known[key] = b
		}
		return []counted{{b, pair}}
	}
	all := perName()
	if y.code {
		all = perCode()
	}
	return []counted{
		{t.slot(t.pair, account+"\x00"+y.place), pair},
		{t.slot(t.names, account), all},
		{t.slot(t.place, y.place), perPlace()},
	}
}

// take uses up one try. If there is none left it says how long to wait, and uses up
// nothing: to ask again too early costs nothing.
func (t *tries) take(y try) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, buckets := t.now(), t.of(y)
	for _, b := range buckets {
		wait = max(wait, b.wait(now, b.limit))
	}
	if wait == 0 {
		for _, b := range buckets {
			b.used++
		}
	}
	return wait
}

// succeeded gives back what a good sign-in took, and all that was used up by its account
// and place.
func (t *tries) succeeded(y try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, b := range t.of(y) {
		if i == 0 {
			b.used = 0
		} else {
			b.used = max(0, b.used-1)
		}
	}
}
