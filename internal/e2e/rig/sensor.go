package rig

import (
	"crypto/sha256"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

// EveAlert is a line of eve.json that differs from every other with another n. Every
// tenth is of the urgent lane.
func EveAlert(n int) string {
	severity := 3
	if n%10 == 0 {
		severity = 1
	}
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * 7 * time.Millisecond)
	return fmt.Sprintf(`{"timestamp":"%s","flow_id":%d,"event_type":"alert","src_ip":"192.0.2.%d","src_port":%d,"dest_ip":"198.51.100.7","dest_port":443,"proto":"TCP",`+
		`"alert":{"action":"allowed","gid":1,"signature_id":%d,"rev":1,"signature":"TEST rule %d","category":"Misc","severity":%d}}`,
		at.Format("2006-01-02T15:04:05.000000-0700"), 1000+n, n%250+1, 1024+n%60000, 9000000+n%40, n%40, severity)
}

// Sensor writes alerts into a file until it is stopped.
type Sensor struct {
	t    testing.TB
	stop chan struct{}
	done chan struct{}
	rest atomic.Bool

	mu    sync.Mutex
	wrote map[soc.Hash]struct{} // sha256 of every line
}

// StartSensor writes count alerts every pause to the file at path. It stops with the
// test.
func StartSensor(t testing.TB, path string, count int, pause time.Duration) *Sensor {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	s := &Sensor{t: t, stop: make(chan struct{}), done: make(chan struct{}), wrote: map[soc.Hash]struct{}{}}
	go func() {
		defer close(s.done)
		defer func() { _ = file.Close() }() // nothing is in a buffer of ours
		ticker := time.NewTicker(pause)
		defer ticker.Stop()
		for n := 0; ; {
			if !s.rest.Load() {
				s.write(file, n, count)
				n += count
			}
			select {
			case <-s.stop:
				return
			case <-ticker.C:
			}
		}
	}()
	t.Cleanup(s.Stop)
	return s
}

func (s *Sensor) write(file *os.File, from, count int) {
	var text []byte
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := from; n < from+count; n++ {
		line := EveAlert(n)
		s.wrote[sha256.Sum256([]byte(line))] = struct{}{}
		text = append(append(text, line...), '\n')
	}
	if _, err := file.Write(text); err != nil {
		s.t.Error(err)
	}
}

// Rest makes it write nothing for a while, or write again.
func (s *Sensor) Rest(quiet bool) { s.rest.Store(quiet) }

// Stop ends it once its last line is whole.
func (s *Sensor) Stop() {
	s.mu.Lock()
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
	s.mu.Unlock()
	<-s.done
}

// Wrote counts the alerts so far.
func (s *Sensor) Wrote() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.wrote)
}

// Tally holds the alerts of a core against what the sensor wrote. SOCme's own alerts
// are left out.
func (s *Sensor) Tally(alerts []soc.StoredAlert) (lost, doubled, strange int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[soc.Hash]int{}
	for _, a := range alerts {
		if a.Rule.Engine != soc.EngineSOCme {
			seen[a.RawSHA256]++
		}
	}
	for hash, times := range seen {
		if _, ok := s.wrote[hash]; !ok {
			strange += times
		}
		doubled += times - 1
	}
	for hash := range s.wrote {
		if seen[hash] == 0 {
			lost++
		}
	}
	return lost, doubled, strange
}
