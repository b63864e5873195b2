package indexer

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

func TestNothingIsLostWhenKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.step = 6 * time.Second
	random := rand.New(rand.NewPCG(5, 6))
	end := w.busy(random, 3000)
	kills := 0
	w.kill = func() (dead, committed bool) {
		dead = random.IntN(40) == 0
		if dead {
			kills++
		}
		return dead, random.IntN(2) == 0
	}
	for {
		err := w.run(w.source(), end)
		if errors.Is(err, errEnd) {
			break
		}
		if !errors.Is(err, errKilled) {
			t.Fatalf("Run = %v", err)
		}
		w.pass(time.Duration(random.IntN(300)) * time.Second) // down for a while
	}
	repeated := w.check()
	if kills < 10 {
		t.Errorf("only %d kills", kills)
	}
	t.Logf("%d kills, %d of %d documents emitted again", kills, repeated, len(w.want))
}

func TestARestartRepeatsNothingWhereNothingCameLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	for i := range 3000 {
		at := evening.Add(time.Duration(i) * time.Second)
		w.alert(i, at, at)
	}
	quiet := evening.Add(3010 * time.Second)
	w.read(w.source(), quiet)
	before := w.server.Requests()
	w.read(w.source(), quiet.Add(10*time.Minute))
	if repeated := w.check(); repeated > 0 {
		t.Errorf("%d documents were emitted again after a restart", repeated)
	}
	t.Logf("%d requests in 10 quiet minutes", w.server.Requests()-before)
}

func TestAMarkNeverClaimsMoreThanWasCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.server.Refresh = 0
	for i := range 30 {
		w.finding(i, evening, evening) // their names will be forgotten
		at := evening.Add(time.Duration(10+i) * time.Second)
		w.finding(100+i, at, at)
	}
	for i := range 5 {
		w.finding(200+i, evening, evening.Add(5*time.Minute))
	}
	source := func() *Source {
		s := w.source()
		s.Index, s.page, s.maxKnown = "wazuh-findings-v5-*", 5, 10
		return s
	}
	killed := false
	w.kill = func() (dead, committed bool) {
		// The first page of the second that is read anew, of seven.
		dead = !killed && w.time().After(evening.Add(5*time.Minute))
		killed = killed || dead
		return dead, true
	}
	if err := w.run(source(), evening.Add(20*time.Minute)); !errors.Is(err, errKilled) {
		t.Fatalf("Run = %v, want it killed", err)
	}
	w.read(source(), evening.Add(20*time.Minute))
	w.check()
}

func TestAMinuteOfTheMarkIsNotCountedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.server.Refresh = 0
	for i := range 40 {
		at := evening.Add(time.Duration(i) * time.Second)
		w.finding(i, at, at)
	}
	w.finding(100, evening.Add(3*time.Minute), evening.Add(3*time.Minute))
	for i := range 4 { // as many as are counted with the first page that is read anew
		w.finding(200+i, evening.Add(50*time.Second), evening.Add(5*time.Minute))
	}
	source := func() *Source {
		s := w.source()
		s.Index, s.page = "wazuh-findings-v5-*", 5
		return s
	}
	w.read(source(), evening.Add(4*time.Minute))
	w.kill = func() (dead, committed bool) { return true, true }
	if err := w.run(source(), evening.Add(20*time.Minute)); !errors.Is(err, errKilled) {
		t.Fatalf("Run = %v, want it killed", err)
	}
	w.kill = nil
	w.read(source(), evening.Add(20*time.Minute))
	w.check()
}

func TestWhatCameLateWhileNobodyReadIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.step = 20 * time.Second
	n := 0
	for at := evening; at.Before(evening.Add(6 * time.Hour)); at = at.Add(3 * time.Second) {
		n++
		w.alert(n, at, at)
	}
	down, up := evening.Add(2*time.Hour), evening.Add(5*time.Hour)
	for range 200 {
		n++
		event := down.Add(-time.Duration(rand.IntN(3600)) * time.Second)
		w.finding(n, event, event.Add(time.Hour))
		n++
		w.alert(n, event, event.Add(time.Hour))
	}
	w.read(w.source(), down)
	w.pass(up.Sub(w.now))
	w.read(w.source(), evening.Add(7*time.Hour))
	repeated := w.check()
	if repeated > len(w.want)/2 {
		t.Errorf("%d of %d documents were emitted again; only minutes with a late one should be", repeated, len(w.want))
	}
}
