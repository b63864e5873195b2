package indexer

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/source/indexer/indexertest"
)

// evening is before a midnight, at which Wazuh 4 begins a new index.
var evening = time.Date(2026, 3, 1, 22, 45, 0, 0, time.UTC)

// busy plans some hours of both versions: most documents come at once, many some
// seconds late, some up to an hour, and twice many bear the same millisecond.
func (w *world) busy(random *rand.Rand, many int) (end time.Time) {
	start := w.now
	end = start.Add(80 * time.Minute)
	id := 0
	plan := func(event, at time.Time) {
		if id++; id%3 == 0 {
			w.finding(id, event, at)
		} else {
			w.alert(id, event, at)
		}
	}
	for at := start.Add(-time.Hour); at.Before(end); at = at.Add(time.Duration(random.IntN(4000)) * time.Millisecond) {
		late := time.Duration(random.IntN(1500)) * time.Millisecond
		switch random.IntN(20) {
		case 0:
			late = time.Duration(random.IntN(3600)) * time.Second
		case 1, 2, 3:
			late = time.Duration(random.IntN(20_000)) * time.Millisecond
		}
		plan(at, at.Add(late))
	}
	for i, storm := range []time.Duration{40 * time.Minute, 75*time.Minute - time.Millisecond} {
		event := start.Add(storm)
		for range many {
			plan(event, event.Add(time.Duration(i*random.IntN(30_000))*time.Millisecond))
		}
	}
	return end.Add(65 * time.Minute)
}

func TestEveryDocumentIsReadOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.step = 6 * time.Second
	end := w.busy(rand.New(rand.NewPCG(1, 2)), 10_500)
	s := w.source()
	w.read(s, end)
	if repeated := w.check(); repeated > 0 {
		t.Errorf("%d documents were emitted twice", repeated)
	}
	if state := s.State(); state.Waiting || state.Err != nil || !state.LagTime.IsZero() || !w.lag {
		t.Errorf("State = %+v at the end, a lag amid the storms: %v", state, w.lag)
	}
	if int(w.counts.Lines) != len(w.want) || int(w.counts.Alerts) != len(w.want) || w.counts.Malformed != 0 {
		t.Errorf("counts %+v, want %d documents", w.counts, len(w.want))
	}
	t.Logf("%d documents, %d requests, %d batches", len(w.want), w.server.Requests(), w.batches)
}

// TestPagesMissNothingAmidATie reads page by page, without the look for late documents
// that would find what the pages left out.
func TestPagesMissNothingAmidATie(t *testing.T) {
	t.Parallel()
	for _, page := range []int{1, 7, 100, pageSize} {
		w := newWorld(t, evening)
		total := min(10_500, 300*page)
		for i := range total {
			w.finding(i, evening, evening)
		}
		w.pass(0)
		w.pass(time.Minute)
		s := w.source()
		s.Index, s.page = "wazuh-findings-v5-*", page
		w.current = s
		r, err := s.begin(w.emit)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.resume(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		pages := 0
		for stream := r.streams[0]; pages == 0 || stream.more; pages++ {
			if err := stream.poll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if repeated := w.check(); repeated > 0 || pages > total/page+2 {
			t.Errorf("pages of %d: %d emitted twice, %d pages", page, repeated, pages)
		}
	}
}

func TestNothingIsLostWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.step = 6 * time.Second
	random := rand.New(rand.NewPCG(3, 4))
	end := w.busy(random, 3000)
	faults := []*indexertest.Fault{
		{TimedOut: true},
		{Failed: true},
		{NoShards: true},
		{Cut: true},
		{Status: 401, Body: "Unauthorized", Content: "text/plain"},
		{Status: 429, Body: `{"error":{"type":"circuit_breaking_exception","reason":"too much"},"status":429}`},
		{Status: 503, Header: map[string]string{"Retry-After": "7"}},
		{Status: 502, Body: "<html>Bad Gateway</html>", Content: "text/html"},
		{Status: 200, Body: "<html>Hello</html>", Content: "text/html"},
		{Status: 200, Body: `{"timed_out":false,"_shards":{"total":0,"failed":0}`},
	}
	w.server.Fault = func(indexertest.Request) *indexertest.Fault {
		w.pass(2 * time.Millisecond)
		if random.IntN(12) == 0 {
			return faults[random.IntN(len(faults))]
		}
		return nil
	}
	w.read(w.source(), end)
	if repeated := w.check(); repeated > 0 {
		t.Errorf("%d documents were emitted twice although nothing was killed", repeated)
	}
	if text := w.log.String(); strings.Contains(text, "right") || !strings.Contains(text, "can be read again") {
		t.Errorf("the log shows the password, or says nothing of the recovery:\n%.2000s", text)
	}
}

func TestWhereNothingCameLateNothingIsReadAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	for i := range 300 { // a second of several pages, of which much came late
		w.finding(i, evening.Add(time.Duration(i%10)*time.Millisecond), evening.Add(time.Duration(i)*time.Second))
	}
	s := w.source()
	s.page = 7
	anew := 0
	w.server.Fault = func(r indexertest.Request) *indexertest.Fault {
		if w.time().After(evening.Add(7*time.Minute)) && strings.Contains(r.Body, `"_source":false`) {
			anew++
		}
		return nil
	}
	w.read(s, evening.Add(15*time.Minute))
	if repeated := w.check(); repeated > 0 || anew > 0 {
		t.Errorf("%d emitted twice, %d pages read anew while it was quiet", repeated, anew)
	}
}

func TestADocumentOfTheFutureHoldsNothingUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.step = 10 * time.Second
	w.alert(1, evening.AddDate(50, 0, 0), evening)
	w.alert(2, evening.Add(30*time.Minute), evening)
	w.alert(3, evening.Add(30*time.Second), evening) // a clock that is a little ahead
	for i := range 600 {
		at := evening.Add(time.Duration(i) * 5 * time.Second)
		w.finding(10+i, at, at.Add(time.Second))
		w.alert(1000+i, at, at.Add(time.Second))
	}
	w.read(w.source(), evening.Add(2*time.Minute))
	if n := w.seen["wazuh-alerts-4.x-2076.03.01/a1"]; len(w.seen) < 40 || n != 1 {
		t.Errorf("two minutes later %d documents are read, that of the year 2076 %d times", len(w.seen), n)
	}
	w.read(w.source(), evening.Add(90*time.Minute))
	if repeated := w.check(); repeated > 30 { // the restart knows nothing of what was ahead
		t.Errorf("%d documents were emitted again", repeated)
	}
}

func TestAnIndexIsDeletedAndAnotherComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	for i := range 300 {
		at := evening.Add(time.Duration(i) * 2 * time.Second)
		w.finding(i, at, at)
		w.alert(i, at, at)
	}
	w.add(planned{at: evening.Add(12 * time.Minute), name: "wazuh-alerts-4.x-2026.03.01", deletes: true})
	// As many as were deleted come late into another index, of the same seconds.
	for i := range 300 {
		at := evening.Add(time.Duration(i) * 2 * time.Second)
		w.finding(1000+i, at, evening.Add(13*time.Minute))
	}
	w.read(w.source(), evening.Add(20*time.Minute))
	if repeated := w.check(); repeated > 0 {
		t.Errorf("%d documents were emitted twice", repeated)
	}
}

func TestForgottenNamesCostRepeatsAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, evening)
	w.step = 12 * time.Second
	random := rand.New(rand.NewPCG(7, 8))
	for i := range 4000 {
		at := evening.Add(time.Duration(i) * 500 * time.Millisecond)
		w.alert(i, at, at.Add(time.Duration(max(0, random.IntN(20)-18))*time.Duration(random.IntN(1200))*time.Second))
	}
	s := w.source()
	s.maxKnown = 600
	w.read(s, evening.Add(time.Hour+10*time.Minute))
	repeated := w.check()
	if repeated == 0 || repeated > 4*4000 {
		t.Errorf("%d documents were emitted again; some must be where names are forgotten, and not all for ever", repeated)
	}
	before := w.counts.Lines
	w.end = w.end.Add(time.Hour)
	w.read(w.source(), w.end)
	if again := w.counts.Lines - before; again > 0 {
		t.Errorf("%d documents were emitted again in an hour in which nothing came", again)
	}
}
