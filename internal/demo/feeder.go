package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	past        = 24 * time.Hour   // how far back history goes
	pause       = 5 * time.Minute  // a longer silence (a machine that slept) is filled like a restart
	journalSize = 8 << 20          // bytes
	step        = time.Microsecond // between two lines at least: what Suricata's times can tell apart
)

// Feeder writes what an example client's sensors see into Dir/eve.json and Dir/alerts.json. Set the fields, then call
// Run once at a time; two feeders must not share a folder.
type Feeder struct {
	Client  Client           // one of Clients
	Dir     string           // made if it is absent
	Rate    float64          // alerts a second on average, from now on; 0 means the client's own
	Log     *slog.Logger     // nil: slog's default
	Now     func() time.Time // nil: time.Now. The day's quiet and busy hours are those of its time zone.
	Seed    uint64           // the same seed tells the same story; 0 means another one at each start
	MaxSize int64            // bytes at which a file is renamed to .1; 0 means 8 MiB
}

// Run replays until ctx ends, then returns nil; any other end is an error of the file system.
//
// Into an empty folder it writes the last 24 hours at once, about 1,500 alerts at the busiest client. Into any other it goes on after the last
// line that stands there: the files themselves are the only state, so being killed at any moment, amid the first
// filling too, neither repeats a time nor leaves one out. A gap is filled as thinly as the 24 hours were, and at most
// those. No two lines written are the same.
func (f *Feeder) Run(ctx context.Context) error {
	p, err := f.open()
	if err != nil {
		return fmt.Errorf("feed example client %q: %w", f.Client.Name, err)
	}
	err = p.run(ctx)
	for _, j := range p.journals {
		err = errors.Join(err, j.close())
	}
	if err != nil {
		return fmt.Errorf("feed example client %q: %w", f.Client.Name, err)
	}
	return nil
}

// player is a Feeder at work.
type player struct {
	log      *slog.Logger
	now      func() time.Time
	every    time.Duration // between alerts, on average
	story    *story
	journals [sensors]*journal
	last     time.Time // of the last line written; zero if there is none
	offset   int64     // second half of Wazuh's next id: only grows, as a place in a file does
	buf      []byte
}

func (f *Feeder) open() (*player, error) {
	p := &player{log: f.Log, now: f.Now}
	if p.log == nil {
		p.log = slog.Default()
	}
	if p.now == nil {
		p.now = time.Now
	}
	seed, limit := f.Seed, f.MaxSize
	if seed == 0 {
		seed = rand.Uint64() //nolint:gosec // a story, not a secret
	}
	if limit <= 0 {
		limit = journalSize
	}
	var err error
	if p.story, err = newStory(f.Client, rand.New(rand.NewPCG(seed, 0))); err != nil { //nolint:gosec // as above
		return nil, err
	}
	rate := f.Rate
	if rate <= 0 {
		rate = f.Client.pace
	}
	p.every = time.Duration(float64(time.Second) / rate)
	if err := os.MkdirAll(f.Dir, 0o750); err != nil {
		return nil, err
	}
	for of, name := range [sensors]string{suricata: EveFile, wazuh: AlertsFile} {
		j, last, err := openJournal(filepath.Join(f.Dir, name), limit)
		if err != nil {
			for _, opened := range p.journals[:of] {
				err = errors.Join(err, opened.close())
			}
			return nil, err
		}
		p.journals[of] = j
		if t := timeOf(last); t.After(p.last) {
			p.last = t
		}
		if sensor(of) == wazuh {
			p.offset = nextOffset(last)
		}
	}
	return p, nil
}

// nextOffset is the place after a Wazuh line, by the line's own id.
func nextOffset(last []byte) int64 {
	m := wazuhID.FindSubmatch(last)
	if m == nil {
		return 0
	}
	offset, err := strconv.ParseInt(string(m[2]), 10, 64)
	if err != nil {
		return 0
	}
	return offset + int64(len(last)) + 1
}

func (p *player) run(ctx context.Context) error {
	if err := p.fill(ctx); err != nil {
		return err
	}
	for {
		// Between a fifth of the mean and three times as much: a rhythm without a beat.
		wait := time.Duration(min(max(p.story.dice.ExpFloat64(), .2), 3) * float64(p.every))
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		if p.now().Sub(p.last) > pause+wait {
			if err := p.fill(ctx); err != nil {
				return err
			}
		}
		if p.story.dice.IntN(2) == 0 {
			if err := p.write(moment{p.now(), p.story.event()}); err != nil {
				return err
			}
		}
		if err := p.write(moment{p.now(), p.story.live()}); err != nil {
			return err
		}
	}
}

// fill writes what happened since the last line, or in the last 24 hours if that is less. An end of ctx ends it early.
func (p *player) fill(ctx context.Context) error {
	now := p.now()
	from := now.Add(-past)
	if p.last.After(from) {
		from = p.last.In(now.Location()) // by that zone's clock hours are busy or quiet
	}
	told := p.story.history(from, now)
	for _, m := range told {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the normal end
		}
		if err := p.write(m); err != nil {
			return err
		}
	}
	p.log.DebugContext(ctx, "history of an example client written", "events", len(told), "from", from, "to", now)
	return nil
}

// write appends one event. Times only go forward, unless the clock was set back by more than a moment: then we follow
// it, as a sensor does.
func (p *player) write(m moment) error {
	at := m.at.UTC()
	if behind := p.last.Sub(at); behind > -step && behind < time.Minute {
		at = p.last.Add(step)
	}
	dice := p.story.dice
	p.buf = m.line.appendTo(p.buf[:0], fresh{
		at:   at,
		flow: 1<<48 + dice.Uint64N(1<<51-1<<48), // as many digits as Suricata's own
		id:   fmt.Sprintf("%d.%d", at.Unix(), p.offset),
	})
	if err := p.journals[m.line.sensor].write(p.buf); err != nil {
		return err
	}
	if m.line.sensor == wazuh {
		p.offset += int64(len(p.buf))
	}
	p.last = at
	return nil
}
