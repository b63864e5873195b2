package store

import (
	"sync"

	"github.com/socme-project/socme/soc"
)

// rulesKept bounds what is remembered of the dictionary: sensors name rules, and they
// could name very many.
const rulesKept = 20_000

// rules remembers the numbers of rules that are in the database. A rule keeps its number
// for ever.
type rules struct {
	mu   sync.Mutex
	nums map[soc.Rule]int64
}

func (r *rules) num(rule soc.Rule) (int64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	num, ok := r.nums[rule]
	return num, ok
}

func (r *rules) remember(rule soc.Rule, num int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.nums == nil || len(r.nums) >= rulesKept {
		r.nums = map[soc.Rule]int64{}
	}
	r.nums[rule] = num
}
