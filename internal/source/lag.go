package source

import (
	"sync"
	"time"
)

// lagEvery is how old an answer to how much is not read may be.
const lagEvery = 250 * time.Millisecond

// lag is how much stands in open files and is not read. It is asked from elsewhere
// while they are read.
type lag struct {
	mu     sync.Mutex
	gauges []*gauge
	asked  time.Time
	bytes  int64
	since  time.Time // since when something has stood there, as far as anybody asked
	clears int       // how often all was read
}

// look says how many bytes are not read, and since when.
func (l *lag) look(now time.Time) (int64, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := now.Sub(l.asked); since >= 0 && since < lagEvery {
		return l.bytes, l.since
	}
	l.asked, l.bytes = now, 0
	for _, g := range l.gauges {
		if info, err := g.file.Stat(); err == nil { // closed meanwhile: all was read
			l.bytes += max(0, info.Size()-g.reached.Load())
		}
	}
	switch {
	case l.bytes == 0:
		l.since = time.Time{}
	case l.since.IsZero():
		l.since = now.UTC()
	}
	return l.bytes, l.since
}

// clear notes that a moment ago all was read.
func (l *lag) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes, l.since = 0, time.Time{}
	l.clears++
}

// follow sets which files are meant.
func (l *lag) follow(chain []*place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gauges = make([]*gauge, len(chain))
	for i, p := range chain {
		l.gauges[i] = p.gauge
	}
	if len(chain) == 0 {
		l.bytes, l.since = 0, time.Time{}
	}
}
