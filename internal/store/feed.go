package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/socme-project/socme/soc"
)

// feedKept is how far back a stream may resume.
const feedKept = 24 * time.Hour

// news is an alert that is new, or has changed.
type news struct {
	num   int64
	alert soc.StoredAlert
}

// feed gives news their places. Whoever takes places keeps the counter until its
// transaction ends, so that positions follow commits, whichever core makes them: call it
// as the last thing before the commit, or others wait for more than that.
func (s *Store) feed(ctx context.Context, tx *sql.Tx, told []news, now time.Time) ([]soc.Fed, error) {
	if len(told) == 0 {
		return nil, nil
	}
	if err := s.db.announce(ctx, tx, s.name); err != nil {
		return nil, err
	}
	first, err := take(ctx, tx, "feed", len(told))
	if err != nil {
		return nil, err
	}
	fed := make([]soc.Fed, len(told))
	rows := make([]any, 0, len(told)*s.bulks.feed.width())
	for i, n := range told {
		fed[i] = soc.Fed{Pos: first + int64(i), Alert: n.alert}
		rows = append(rows, fed[i].Pos, n.num, now.UnixMilli())
	}
	return fed, s.bulks.feed.add(ctx, tx, rows)
}

// FeedSpan is the positions that the feed holds: a stream may resume after any
// position from First-1 to Last. An empty feed has First = Last + 1.
type FeedSpan struct{ First, Last int64 }

// Holds says whether a reader that has seen pos can go on without having missed anything.
func (f FeedSpan) Holds(pos int64) bool { return pos >= f.First-1 && pos <= f.Last }

// FeedSpan tells what the feed holds.
func (s *Store) FeedSpan(ctx context.Context, scope soc.Scope) (FeedSpan, error) {
	var span FeedSpan
	if scope.Who() == "" {
		return span, soc.ErrForbidden
	}
	err := s.read.WithContext(ctx).Raw(`SELECT value AS last, COALESCE((SELECT MIN(pos) FROM feed), value + 1) AS first FROM counters WHERE name = 'feed'`).Scan(&span).Error
	if err != nil {
		return span, fmt.Errorf("span of the feed: %w", err)
	}
	return span, nil
}

// Feed returns at most limit entries after the position, in order, that the scope
// may see. Next is the position to go on from: entries out of scope are passed over.
func (s *Store) Feed(ctx context.Context, scope soc.Scope, after int64, limit int) (fed []soc.Fed, next int64, err error) {
	// The span comes first: what is committed after it is for the next call.
	span, err := s.FeedSpan(ctx, scope)
	if err != nil {
		return nil, after, err
	}
	next = max(after, min(after+int64(limit), span.Last))
	fed = []soc.Fed{}
	if next == after {
		return fed, next, nil
	}
	where, args := scopeSQL(scope)
	db, err := s.read.DB()
	if err != nil {
		return nil, after, err
	}
	err = scanAlerts(ctx, db, `SELECT feed.pos, `+alertColumns+` FROM alerts`+alertJoins+` JOIN feed ON feed.alert_num = alerts.num
		WHERE feed.pos > ? AND feed.pos <= ? AND `+where[0]+` ORDER BY feed.pos`, append([]any{after, next}, args...),
		func(pos int64, alert soc.StoredAlert) bool {
			fed = append(fed, soc.Fed{Pos: pos, Alert: alert})
			return true
		})
	if err == nil {
		err = s.tagFed(ctx, db, fed)
	}
	if err == nil {
		var resets []int64
		err = s.read.WithContext(ctx).Raw(`SELECT pos FROM feed WHERE pos > ? AND pos <= ? AND alert_num = 0`, after, next).Scan(&resets).Error
		for _, pos := range resets {
			fed = append(fed, soc.Fed{Pos: pos, Reset: true})
		}
		slices.SortFunc(fed, func(a, b soc.Fed) int { return cmp.Compare(a.Pos, b.Pos) })
	}
	if err != nil {
		return nil, after, fmt.Errorf("feed after %d: %w", after, err)
	}
	return fed, next, nil
}

// PruneFeed forgets what is too old to resume from.
func (s *Store) PruneFeed(ctx context.Context, scope soc.Scope) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	err := s.write.WithContext(ctx).Exec(`DELETE FROM feed WHERE pos < (SELECT MIN(pos) FROM feed WHERE at_ms >= ?)`, s.now().Add(-feedKept).UnixMilli()).Error
	if err != nil {
		return fmt.Errorf("prune the feed: %w", err)
	}
	return nil
}
