package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/socme-project/socme/soc"
)

// allClients stands in rollups for the sum over all clients: what most people look at
// must not be added up from five hundred.
const allClients = 0

// The lengths of the slots, and how long slots of a minute are kept.
const (
	minuteMS     = int64(time.Minute / time.Millisecond)
	hourMS       = int64(time.Hour / time.Millisecond)
	minutesKept  = 48 * time.Hour
	facetMost    = 200 // bytes of a value that is counted; longer ones are cut
	facetPerKind = 8   // values of one alert and kind
)

// The kinds of rollup_facet.
const (
	facetSource      = 1
	facetDestination = 2
	facetHost        = 3
	facetUser        = 4
	facetTechnique   = 5
	facetRule        = 6 // the rule's number
)

// slotKey is a row of rollup_minute and rollup_hour.
type slotKey struct {
	client, slot int64
	severity     soc.Severity
	engine       string
}

// dayKey is a row of rollup_rule.
type dayKey struct{ client, slot, rule int64 }

// facetKey is a row of rollup_facet.
type facetKey struct {
	kind         int
	client, slot int64
	severity     soc.Severity
	value        string
}

// tally gathers what a transaction adds to the rollups, so that each row is written
// once. The zero tally is ready.
type tally struct {
	minutes, hours map[slotKey]int64
	rules          map[dayKey]int64
	facets         map[facetKey]int64
	outcomes       map[outcomeKey]int64 // all alerts of a rule and client: verdict 0
}

// add counts an alert n times: -1 takes it away.
func (t *tally) add(client, rule int64, key soc.SortKey, a *soc.Alert, n int64) {
	if t.hours == nil {
		t.minutes, t.hours = map[slotKey]int64{}, map[slotKey]int64{}
		t.rules, t.facets = map[dayKey]int64{}, map[facetKey]int64{}
		t.outcomes = map[outcomeKey]int64{}
	}
	ms := key.UnixMilli()
	hour := ms / hourMS
	for _, c := range [...]int64{allClients, client} {
		t.minutes[slotKey{c, ms / minuteMS, a.Severity, a.Rule.Engine}] += n
		t.hours[slotKey{c, hour, a.Severity, a.Rule.Engine}] += n
		t.rules[dayKey{c, ms / dayMS, rule}] += n
	}
	t.outcomes[outcomeKey{rule: rule, client: client}] += n
	// Values are many: these are added up over clients when they are read.
	for kind, value := range facetsOf(rule, a) {
		t.facets[facetKey{kind, client, hour, a.Severity, value}] += n
	}
}

// facetsOf yields what of an alert is counted by value, each value once.
func facetsOf(rule int64, a *soc.Alert) func(yield func(kind int, value string) bool) {
	return func(yield func(int, string) bool) {
		host, user := a.Subject()
		one := func(kind int, value string) bool { return value == "" || yield(kind, cut(value)) }
		var source, destination string
		if a.Source.Address.IsValid() {
			source = a.Source.Address.String()
		}
		if a.Destination.Address.IsValid() {
			destination = a.Destination.Address.String()
		}
		if !one(facetRule, strconv.FormatInt(rule, 10)) || !one(facetSource, source) || !one(facetDestination, destination) ||
			!one(facetHost, host) || !one(facetUser, user) || a.MITRE == nil {
			return
		}
		for i, technique := range a.MITRE.Techniques {
			again := slices.ContainsFunc(a.MITRE.Techniques[:i], func(t soc.Technique) bool { return t.ID == technique.ID })
			if again {
				continue
			}
			if i >= facetPerKind || !one(facetTechnique, technique.ID) {
				return
			}
		}
	}
}

// cut shortens a value at a whole character.
func cut(value string) string {
	if len(value) <= facetMost {
		return value
	}
	end := facetMost
	for end > 0 && value[end]&0xC0 == 0x80 {
		end--
	}
	return value[:end]
}

// saveTally writes a tally. Rows are written in the order of their keys, which the
// index likes.
func (s *Store) saveTally(ctx context.Context, tx *sql.Tx, t *tally) error {
	old := s.now().Add(-minutesKept).UnixMilli() / minuteMS
	slots := func(rows map[slotKey]int64, from int64) (args []any) {
		for _, k := range slices.SortedFunc(maps.Keys(rows), func(a, b slotKey) int {
			return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.slot, b.slot), cmp.Compare(a.severity, b.severity), cmp.Compare(a.engine, b.engine))
		}) {
			if n := rows[k]; n != 0 && k.slot >= from {
				args = append(args, k.client, k.slot, k.severity, k.engine, n)
			}
		}
		return args
	}
	if err := s.bulks.minutes.add(ctx, tx, slots(t.minutes, old)); err != nil {
		return err
	}
	if err := s.bulks.hours.add(ctx, tx, slots(t.hours, 0)); err != nil {
		return err
	}
	var args []any
	for _, k := range slices.SortedFunc(maps.Keys(t.rules), func(a, b dayKey) int {
		return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.slot, b.slot), cmp.Compare(a.rule, b.rule))
	}) {
		if n := t.rules[k]; n != 0 {
			args = append(args, k.client, k.slot, k.rule, n)
		}
	}
	if err := s.bulks.rules.add(ctx, tx, args); err != nil {
		return err
	}
	args = nil
	for _, k := range slices.SortedFunc(maps.Keys(t.facets), func(a, b facetKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.client, b.client), cmp.Compare(a.slot, b.slot), cmp.Compare(a.severity, b.severity), cmp.Compare(a.value, b.value))
	}) {
		if n := t.facets[k]; n != 0 {
			args = append(args, k.kind, k.client, k.slot, k.severity, k.value, n)
		}
	}
	if err := s.bulks.facets.add(ctx, tx, args); err != nil {
		return err
	}
	args = nil
	for _, k := range slices.SortedFunc(maps.Keys(t.outcomes), outcomeKey.compare) {
		if n := t.outcomes[k]; n != 0 {
			args = append(args, k.rule, k.client, k.verdict, n)
		}
	}
	return s.bulks.outcomes.add(ctx, tx, args)
}

// PruneRollups forgets the slots of a minute that are too old.
func (s *Store) PruneRollups(ctx context.Context, scope soc.Scope) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	err := s.write.WithContext(ctx).Exec(`DELETE FROM rollup_minute WHERE slot < ?`, s.now().Add(-minutesKept).UnixMilli()/minuteMS).Error
	if err != nil {
		return fmt.Errorf("prune the rollups: %w", err)
	}
	return nil
}

// uncount takes what a client has in a rollup out of the sum over all clients.
func uncount(table, key string) string {
	return `INSERT INTO ` + table + ` (client_num, ` + key + `, count) SELECT 0, ` + key + `, -count FROM ` + table + ` WHERE client_num = ?
		ON CONFLICT (client_num, ` + key + `) DO UPDATE SET count = ` + table + `.count + excluded.count`
}
