package node

import (
	"fmt"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// filter keeps back what the node's configuration says that nobody needs at the core,
// and counts it.
type filter struct {
	rules  []rule
	budget uint64 // alerts of one rule in an hour, 0 for no bound
	client string
	now    func() time.Time

	mu    sync.Mutex
	hour  int64
	spent map[soc.Rule]uint64 // alerts of each rule in this hour
}

// rule is one filter of the configuration.
type rule struct {
	query  query.Query
	reason string
}

func newFilter(conf config.Node, client string, now func() time.Time) (*filter, error) {
	f := &filter{budget: conf.Budget.PerRuleHour, client: client, now: now, spent: map[soc.Rule]uint64{}}
	for i, c := range conf.Filters {
		q, err := query.Parse(c.Query, query.Asker{Now: now()})
		if err == nil {
			err = fits(q)
		}
		if err != nil {
			return nil, fmt.Errorf("filter %d of %s: %w", i+1, config.NodeFile, err)
		}
		f.rules = append(f.rules, rule{q, c.Reason})
	}
	return f, nil
}

// fits refuses what a node cannot tell of an alert.
func fits(q query.Query) (err error) {
	q.Each(func(t *query.Term) bool {
		field := t.Field
		if field == query.Has {
			field = t.Has
		}
		switch info, _ := query.Named(field); {
		case info.Kind == query.KindTime:
			err = fmt.Errorf("%w: %s: has no place in a filter, which goes on for ever", soc.ErrInvalid, t.Field)
		case info.Core:
			err = fmt.Errorf("%w: %s has no place in a filter: only the core knows the %s of an alert", soc.ErrInvalid, t, words[field])
		}
		return err == nil
	})
	return err
}

// words are what fields of the core stand for.
var words = map[query.Field]string{query.Node: "node", query.StateOf: "state", query.Owner: "owner", query.VerdictOf: "verdict"}

// apply returns the alerts that are to be delivered, in their order, and what was kept
// back. The room of alerts is used again.
func (f *filter) apply(alerts []soc.Alert) (kept []soc.Alert, withheld []soc.Withheld) {
	if len(f.rules) == 0 && f.budget == 0 {
		return alerts, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now().UTC()
	if hour := now.Unix() / 3600; hour != f.hour {
		f.hour = hour
		clear(f.spent)
	}
	kept = alerts[:0]
	for i := range alerts {
		why, reason := f.judge(&alerts[i])
		if why == "" {
			kept = append(kept, alerts[i])
			continue
		}
		withheld = count(withheld, soc.Withheld{
			Rule: alerts[i].Rule, Severity: alerts[i].Severity, Why: why, Reason: reason,
			Count: 1, FirstTime: now, LastTime: now,
		})
	}
	clear(alerts[len(kept):])
	return kept, withheld
}

// judge says why an alert is kept back, or "".
func (f *filter) judge(a *soc.Alert) (soc.WithheldWhy, string) {
	if len(f.rules) > 0 {
		stored := soc.StoredAlert{Alert: *a, Client: f.client}
		for _, rule := range f.rules {
			if rule.query.Match(&stored) {
				return soc.WhyFilter, rule.reason
			}
		}
	}
	if f.budget == 0 {
		return "", ""
	}
	if f.spent[a.Rule]++; f.spent[a.Rule] > f.budget {
		return soc.WhyBudget, ""
	}
	return "", ""
}

// count adds one to a list that is short: a batch has few rules.
func count(sums []soc.Withheld, one soc.Withheld) []soc.Withheld {
	for i := range sums {
		s := &sums[i]
		if s.Rule == one.Rule && s.Why == one.Why && s.Reason == one.Reason {
			s.Count += one.Count
			s.Severity = max(s.Severity, one.Severity)
			if one.FirstTime.Before(s.FirstTime) {
				s.FirstTime = one.FirstTime
			}
			if one.LastTime.After(s.LastTime) {
				s.LastTime = one.LastTime
			}
			return sums
		}
	}
	return append(sums, one)
}
