package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/socme-project/socme/soc"
)

// countedMost is how many alerts are looked at where no rollup knows the answer.
const countedMost = 50_000

// Histogram is how many alerts there were over time.
type Histogram struct {
	From    time.Time `json:"from" doc:"beginning of the first bucket"`
	Until   time.Time `json:"until" doc:"end of the last bucket"`
	Seconds int64     `json:"seconds" doc:"length of a bucket"`
	Buckets []Bucket  `json:"buckets" nullable:"false" doc:"those in which there was something, the oldest first"`
	Total   int64     `json:"total"`
	// Complete is false where only the newest were counted.
	Complete bool `json:"complete" doc:"false if only the newest 50,000 were counted"`
}

// Bucket is one bar of a histogram.
type Bucket struct {
	Time       time.Time        `json:"time"`
	Severities map[string]int64 `json:"severities" doc:"how many of each severity; those without any are absent"`
}

// The lengths of buckets: of those there are rollups.
const (
	everyMinute = time.Minute
	everyHour   = time.Hour
	everyDay    = 24 * time.Hour
)

// Histogram counts by time and severity. Step is a minute, an hour or a day; 0 chooses
// one. The period is rounded outwards to whole buckets. Where the query asks for nothing
// but clients and severities, rollups tell, however many alerts there are.
func (s *Store) Histogram(ctx context.Context, scope soc.Scope, p Period, step time.Duration) (Histogram, error) {
	var h Histogram
	db, err := s.read.DB()
	if err != nil {
		return h, err
	}
	c, err := s.counted(ctx, db, scope, p)
	if err != nil {
		return h, err
	}
	if step, err = s.bucket(step, &c); err != nil {
		return h, err
	}
	ms := step.Milliseconds()
	c.from, c.until = c.from/ms*ms, (c.until+ms-1)/ms*ms
	h = Histogram{From: time.UnixMilli(c.from).UTC(), Until: time.UnixMilli(c.until).UTC(), Seconds: int64(step / time.Second), Buckets: []Bucket{}, Complete: true}
	bars := bars{ms: ms, found: map[int64]*Bucket{}}
	if c.plain {
		err = bars.rollup(ctx, db, scope, &c)
	} else {
		h.Complete, err = bars.scan(ctx, db, &c)
	}
	if err != nil {
		return h, fmt.Errorf("histogram: %w", err)
	}
	for slot := c.from / ms; slot < c.until/ms; slot++ {
		if b := bars.found[slot]; b != nil {
			h.Buckets = append(h.Buckets, *b)
		}
	}
	h.Total = bars.total
	return h, nil
}

// bucketsMost bounds a histogram.
const bucketsMost = 3000

// bucket chooses the length of buckets, or refuses one.
func (s *Store) bucket(step time.Duration, c *counted) (time.Duration, error) {
	length := time.Duration(c.until-c.from) * time.Millisecond
	old := time.UnixMilli(c.from).Before(s.now().Add(-minutesKept))
	if step == 0 {
		switch {
		case length <= 4*time.Hour && (!old || !c.plain):
			step = everyMinute
		case length <= 31*everyDay:
			step = everyHour
		default:
			step = everyDay
		}
	}
	switch {
	case length <= 0:
		return 0, fmt.Errorf("%w: the period ends before it begins", soc.ErrInvalid)
	case step != everyMinute && step != everyHour && step != everyDay:
		return 0, fmt.Errorf("%w: a bucket is 60, 3600 or 86400 seconds long", soc.ErrInvalid)
	case step == everyMinute && c.plain && old:
		return 0, fmt.Errorf("%w: minutes are counted for the last %s; take hours", soc.ErrInvalid, minutesKept)
	case length/step > bucketsMost:
		return 0, fmt.Errorf("%w: at most %d buckets; take longer ones or a shorter period", soc.ErrInvalid, bucketsMost)
	}
	return step, nil
}

// bars gathers buckets.
type bars struct {
	ms    int64
	found map[int64]*Bucket
	total int64
}

func (b *bars) add(atMS int64, severity soc.Severity, n int64) {
	slot := atMS / b.ms
	bucket := b.found[slot]
	if bucket == nil {
		bucket = &Bucket{Time: time.UnixMilli(slot * b.ms).UTC(), Severities: map[string]int64{}}
		b.found[slot] = bucket
	}
	bucket.Severities[severity.String()] += n
	b.total += n
}

func (b *bars) rollup(ctx context.Context, db *sql.DB, scope soc.Scope, c *counted) error {
	table, unit := `rollup_hour`, hourMS
	if b.ms == minuteMS {
		table, unit = `rollup_minute`, minuteMS
	}
	where, args := c.rollup(table, scope)
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT slot, severity, SUM(count) FROM `+table+` WHERE `+where+` AND slot >= ? AND slot < ? GROUP BY slot, severity HAVING SUM(count) > 0`,
		append(slices.Clip(args), c.from/unit, c.until/unit)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var slot, n int64
		var severity soc.Severity
		if err := rows.Scan(&slot, &severity, &n); err != nil {
			return err
		}
		b.add(slot*unit, severity, n)
	}
	return rows.Err()
}

// scan counts the newest alerts one by one, and says whether that was all of them.
func (b *bars) scan(ctx context.Context, db *sql.DB, c *counted) (all bool, err error) {
	where, args := c.sql()
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT alerts.sort_key, alerts.severity FROM alerts WHERE `+where+` ORDER BY alerts.sort_key DESC LIMIT ?`, append(args, countedMost+1)...)
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		if b.total == countedMost {
			return false, rows.Err()
		}
		var key []byte
		var severity soc.Severity
		if err := rows.Scan(&key, &severity); err != nil {
			return false, err
		}
		b.add(soc.SortKey(key).UnixMilli(), severity, 1)
	}
	return true, rows.Err()
}
