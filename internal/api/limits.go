package api

import (
	"hash/maphash"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// What one request may be and take.
const (
	bodyMost    = 64 << 10 // bytes; nothing that people send is longer
	requestLife = 30 * time.Second
)

// The budgets of requests. Strangers share one by address, and only what is refused, or
// what anybody may ask, counts there.
const (
	ratePerPrincipal = 200 // requests a second, unless the API says otherwise
	rateBurst        = 2   // seconds' worth at once
	ratePerStranger  = 20
)

// rates limits how much one principal may ask.
type rates struct {
	now       func() time.Time
	perSecond float64
	seed      maphash.Seed

	mu         sync.Mutex
	principals map[string]*bucket // only of who was let in, so as many as there are users and tokens
	strangers  []bucket
}

func newRates(now func() time.Time, perSecond int) *rates {
	if perSecond == 0 {
		perSecond = ratePerPrincipal
	}
	return &rates{
		now: now, perSecond: float64(perSecond), seed: maphash.MakeSeed(),
		principals: map[string]*bucket{}, strangers: make([]bucket, triesSlots),
	}
}

// principal takes one request from a principal's budget, or says how long to wait.
func (r *rates) principal(who string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.principals[who]
	if b == nil {
		if len(r.principals) >= knownMost {
			clear(r.principals)
		}
		b = &bucket{}
		r.principals[who] = b
	}
	return spend(b, r.now(), r.perSecond)
}

// stranger does so for who is not let in, by place.
func (r *rates) stranger(place string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return spend(&r.strangers[maphash.String(r.seed, place)%uint64(len(r.strangers))], r.now(), ratePerStranger)
}

func spend(b *bucket, now time.Time, perSecond float64) time.Duration {
	wait := b.wait(now, limit{rateBurst * perSecond, time.Duration(float64(time.Second) / perSecond)})
	if wait == 0 {
		b.used++
	}
	return wait
}

// tooMany is the answer to who must wait.
func tooMany(wait time.Duration, what string) error {
	seconds := retryAfter(wait)
	unit := " seconds"
	if seconds == "1" {
		unit = " second"
	}
	return huma.ErrorWithHeaders(huma.Error429TooManyRequests(what+" Wait "+seconds+unit+" and try again."), http.Header{"Retry-After": {seconds}})
}

// retryAfter is a wait in whole seconds, at least one.
func retryAfter(wait time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
}

// addressOf is where a request came from. A proxy on this machine speaks for others and
// says for whom: its word is the last one of X-Forwarded-For, the rest is what the others
// said. Nobody else's word counts.
func addressOf(remote, forwarded string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip.Unmap().IsLoopback() && forwarded != "" {
		last := strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
		if told, err := netip.ParseAddr(last); err == nil {
			ip = told
		}
	}
	return ip.Unmap().WithZone("").String()
}

// placeOf is as much of an address as stays the same for one household or office.
func placeOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Is4() {
		return address
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// strictHeaders are those of every answer that is not the page's.
func strictHeaders(head http.Header) {
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("X-Frame-Options", "DENY")
}
