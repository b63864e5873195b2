package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/soc"
)

const (
	// facetTop is how many values of each kind are told.
	facetTop = 10
	// facetScan is how many alerts are looked at where no rollup knows the answer.
	facetScan = 10_000
)

// Facets are the most frequent values of what a filter finds.
type Facets struct {
	From         time.Time `json:"from" doc:"the period, rounded outwards to whole hours"`
	Until        time.Time `json:"until"`
	Rules        []Facet   `json:"rules" nullable:"false"`
	Sources      []Facet   `json:"sources" nullable:"false"`
	Destinations []Facet   `json:"destinations" nullable:"false"`
	Hosts        []Facet   `json:"hosts" nullable:"false"`
	Users        []Facet   `json:"users" nullable:"false"`
	Techniques   []Facet   `json:"techniques" nullable:"false"`
	Clients      []Facet   `json:"clients" nullable:"false"`
	// Complete is false where only the newest were counted.
	Complete bool `json:"complete" doc:"false if only the newest 10,000 were counted"`
}

// Facet is a value and how many alerts have it.
type Facet struct {
	Value string `json:"value" doc:"as the query language takes it"`
	Label string `json:"label,omitempty" doc:"what people call it, where that is something else"`
	Count int64  `json:"count"`
}

// Facets counts the values of a period of at most 31 days.
func (s *Store) Facets(ctx context.Context, scope soc.Scope, p Period) (Facets, error) {
	var f Facets
	db, err := s.read.DB()
	if err != nil {
		return f, err
	}
	c, err := s.counted(ctx, db, scope, p)
	if err != nil {
		return f, err
	}
	c.from, c.until = c.from/hourMS*hourMS, (c.until+hourMS-1)/hourMS*hourMS
	if length := c.until - c.from; length <= 0 || length > 32*dayMS {
		return f, fmt.Errorf("%w: values are counted over a period of at most 31 days", soc.ErrInvalid)
	}
	f = Facets{From: time.UnixMilli(c.from).UTC(), Until: time.UnixMilli(c.until).UTC(), Complete: true}
	values := values{}
	if c.plain {
		err = values.rollup(ctx, db, scope, &c)
	} else {
		f.Complete, err = values.scan(ctx, db, &c)
	}
	if err == nil {
		err = values.fill(ctx, db, &f)
	}
	if err != nil {
		return f, fmt.Errorf("facets: %w", err)
	}
	return f, nil
}

// facetClient is no kind of rollup_facet: rollup_hour knows it.
const facetClient = 0

// values counts by kind and value.
type values map[int]map[string]int64

func (v values) add(kind int, value string, n int64) {
	if v[kind] == nil {
		v[kind] = map[string]int64{}
	}
	v[kind][value] += n
}

func (v values) rollup(ctx context.Context, db *sql.DB, scope soc.Scope, c *counted) error {
	where, args := c.rollup(`rollup_facet`, scope)
	const sum = `rollup_facet.client_num = 0` // there is none of all clients
	if strings.Contains(where, sum) {
		each, err := eachClient(ctx, db)
		if err != nil {
			return err
		}
		where = strings.ReplaceAll(where, sum, each)
	}
	kinds := []int{facetRule, facetSource, facetDestination, facetHost, facetUser, facetTechnique}
	found := make([]map[string]int64, len(kinds)+1)
	group, ctx := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		group.Go(func() (err error) {
			found[i], err = counts(ctx, db, `SELECT value, SUM(count) FROM rollup_facet WHERE kind = ? AND slot >= ? AND slot < ? AND `+where+
				` GROUP BY value HAVING SUM(count) > 0 ORDER BY SUM(count) DESC, value LIMIT ?`, append(append([]any{kind, c.from / hourMS, c.until / hourMS}, args...), facetTop)...)
			return err
		})
	}
	group.Go(func() (err error) {
		where, args := c.rollup(`rollup_hour`, scope)
		where = strings.ReplaceAll(where, `rollup_hour.client_num = 0`, `rollup_hour.client_num <> 0`)
		found[len(kinds)], err = counts(ctx, db, `SELECT CAST(client_num AS TEXT), SUM(count) FROM rollup_hour WHERE slot >= ? AND slot < ? AND `+where+
			` GROUP BY client_num HAVING SUM(count) > 0 ORDER BY SUM(count) DESC LIMIT ?`, append(append([]any{c.from / hourMS, c.until / hourMS}, args...), facetTop)...)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for i, kind := range append(kinds, facetClient) {
		v[kind] = found[i]
	}
	return nil
}

// eachClient names all clients one by one: the rows of an hour stand together for each of
// them, and without their numbers the database reads all hours there are.
func eachClient(ctx context.Context, db *sql.DB) (string, error) {
	nums, err := compiler{ctx: ctx, db: db}.nums(`SELECT num FROM clients`)
	all := []string{`0`} // of none: IN () is no SQL
	for _, num := range nums {
		all = append(all, strconv.FormatInt(num, 10))
	}
	return `rollup_facet.client_num IN (` + strings.Join(all, `, `) + `)`, err
}

// counts reads values with their counts.
func counts(ctx context.Context, db *sql.DB, text string, args ...any) (map[string]int64, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := map[string]int64{}
	for rows.Next() {
		var value string
		var n int64
		if err := rows.Scan(&value, &n); err != nil {
			return nil, err
		}
		found[value] = n
	}
	return found, rows.Err()
}

// scan counts the newest alerts one by one, and says whether that was all of them.
func (v values) scan(ctx context.Context, db *sql.DB, c *counted) (all bool, err error) {
	where, args := c.sql()
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT alerts.client_num, alerts.rule_num, alerts.normal FROM alerts WHERE `+where+` ORDER BY alerts.sort_key DESC LIMIT ?`, append(args, facetScan+1)...)
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for n := 0; rows.Next(); n++ {
		if n == facetScan {
			return false, rows.Err()
		}
		var client, rule int64
		var normal []byte
		var alert soc.Alert
		err := rows.Scan(&client, &rule, &normal)
		if err == nil {
			err = json.Unmarshal(normal, &alert)
		}
		if err != nil {
			return false, err
		}
		v.add(facetClient, strconv.FormatInt(client, 10), 1)
		for kind, value := range facetsOf(rule, &alert) {
			v.add(kind, value, 1)
		}
	}
	return true, rows.Err()
}

// fill writes the most frequent values into the answer, and names rules and clients.
func (v values) fill(ctx context.Context, db *sql.DB, f *Facets) error {
	for kind, to := range map[int]*[]Facet{
		facetSource: &f.Sources, facetDestination: &f.Destinations, facetHost: &f.Hosts, facetUser: &f.Users, facetTechnique: &f.Techniques,
		facetRule: &f.Rules, facetClient: &f.Clients,
	} {
		*to = v.top(kind)
	}
	for i := range f.Rules {
		if err := db.QueryRowContext(ctx, `SELECT id, name FROM rules WHERE num = ?`, f.Rules[i].Value).Scan(&f.Rules[i].Value, &f.Rules[i].Label); err != nil {
			return err
		}
	}
	for i := range f.Clients {
		if err := db.QueryRowContext(ctx, `SELECT id, name FROM clients WHERE num = ?`, f.Clients[i].Value).Scan(&f.Clients[i].Label, &f.Clients[i].Value); err != nil {
			return err
		}
		f.Clients[i].Label = ""
	}
	return nil
}

func (v values) top(kind int) []Facet {
	all := make([]Facet, 0, len(v[kind]))
	for value, n := range v[kind] {
		all = append(all, Facet{Value: value, Count: n})
	}
	slices.SortFunc(all, func(a, b Facet) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
	return all[:min(len(all), facetTop)]
}
