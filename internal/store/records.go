package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/socme-project/socme/soc"
)

// RecordFilter chooses a page of the records that nodes of a client delivered.
type RecordFilter struct {
	Client string // id or name
	Node   soc.NodeID
	// Before is the place of the last record of the page before, nil for the first page.
	Before *RecordPlace
	Limit  int // 1–501, 0 means 50
}

// RecordPlace is where a list of records goes on.
type RecordPlace struct {
	Received, Head, Seq int64
}

func (p RecordPlace) compare(q RecordPlace) int {
	return cmp.Or(cmp.Compare(p.Received, q.Received), cmp.Compare(p.Head, q.Head), cmp.Compare(p.Seq, q.Seq))
}

// Records returns at most f.Limit records of the ledgers of a client, the newest first,
// and their places.
func (s *Store) Records(ctx context.Context, scope soc.Scope, f RecordFilter) ([]soc.LedgerRecord, []RecordPlace, error) {
	found := []soc.LedgerRecord{}
	client, err := s.client(ctx, scope, f.Client)
	if err != nil {
		return found, nil, err
	}
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	f.Limit = min(f.Limit, pageMost)
	db, err := s.read.DB()
	if err != nil {
		return found, nil, err
	}
	places, err := recordPlaces(ctx, db, client.Num, f)
	if err == nil {
		found, err = readRecords(ctx, db, places)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("records of client %s: %w", client.Name, err)
	}
	return found, places, nil
}

// recordPlaces finds the newest records of all chains: those of each chain follow each
// other, so that each gives as many as the page has and the newest of them are it.
func recordPlaces(ctx context.Context, db *sql.DB, client int64, f RecordFilter) ([]RecordPlace, error) {
	heads, err := numsOf(ctx, db, `SELECT heads.num FROM heads JOIN nodes ON nodes.num = heads.node_num WHERE nodes.client_num = ? AND (? = '' OR nodes.id = ?) ORDER BY heads.num`,
		client, string(f.Node), string(f.Node))
	if err != nil {
		return nil, err
	}
	var places []RecordPlace
	for _, head := range heads {
		last, err := lastBefore(ctx, db, head, f.Before)
		if err != nil {
			return nil, err
		}
		if places, err = addPlaces(ctx, db, places, head, last, f.Limit); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(places, func(a, b RecordPlace) int { return b.compare(a) })
	return places[:min(len(places), f.Limit)], nil
}

// lastBefore is the last seq of a chain that comes before a place. The core's clock rises
// along a chain, so it need not look at each.
func lastBefore(ctx context.Context, db *sql.DB, head int64, before *RecordPlace) (int64, error) {
	var newest sql.NullInt64
	if err := db.QueryRowContext(ctx, `SELECT MAX(seq) FROM ledger WHERE head_num = ?`, head).Scan(&newest); err != nil || !newest.Valid || before == nil {
		return newest.Int64, err
	}
	var failed error
	n := sort.Search(int(newest.Int64), func(i int) bool { // the first record that does not come before
		var at RecordPlace
		err := db.QueryRowContext(ctx, `SELECT received_ms, head_num, seq FROM ledger WHERE head_num = ? AND seq > ? ORDER BY seq LIMIT 1`, head, i).Scan(&at.Received, &at.Head, &at.Seq)
		if err != nil {
			failed = cmp.Or(failed, err)
			return true
		}
		return at.compare(*before) >= 0
	})
	return int64(n), failed
}

func addPlaces(ctx context.Context, db *sql.DB, places []RecordPlace, head, last int64, limit int) ([]RecordPlace, error) {
	rows, err := db.QueryContext(ctx, `SELECT received_ms, head_num, seq FROM ledger WHERE head_num = ? AND seq <= ? ORDER BY seq DESC LIMIT ?`, head, last, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var at RecordPlace
		if err := rows.Scan(&at.Received, &at.Head, &at.Seq); err != nil {
			return nil, err
		}
		places = append(places, at)
	}
	return places, rows.Err()
}

func recordKind(kind int) string {
	return map[int]string{kindAlert: "alert", kindRepeated: "repeated", kindDropped: "dropped", kindWitness: "witness"}[kind]
}

func readRecords(ctx context.Context, db *sql.DB, places []RecordPlace) ([]soc.LedgerRecord, error) {
	records := make([]soc.LedgerRecord, len(places))
	byHead := map[int64][]int{}
	for i, p := range places {
		byHead[p.Head] = append(byHead[p.Head], i)
	}
	for head, of := range byHead {
		if err := readHead(ctx, db, head, places, of, records); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func readHead(ctx context.Context, db *sql.DB, head int64, places []RecordPlace, of []int, records []soc.LedgerRecord) error {
	at := map[int64]int{}
	args := []any{head}
	for _, i := range of {
		at[places[i].Seq] = i
		args = append(args, places[i].Seq)
	}
	//nolint:gosec // question marks only
	rows, err := db.QueryContext(ctx, `SELECT ledger.seq, ledger.kind, ledger.received_ms, ledger.alert_id, ledger.raw_hash, nodes.id, nodes.name, heads.epoch, heads.lane,
			alerts.severity, alerts.raw_size, rules.engine, rules.id, rules.name, witnesses.normal, witnesses.raw_size
		FROM ledger JOIN heads ON heads.num = ledger.head_num JOIN nodes ON nodes.num = heads.node_num
		LEFT JOIN alerts ON alerts.id = ledger.alert_id LEFT JOIN rules ON rules.num = alerts.rule_num LEFT JOIN witnesses ON witnesses.id = ledger.alert_id
		WHERE ledger.head_num = ? AND ledger.seq IN (?`+strings.Repeat(`, ?`, len(of)-1)+`)`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var r soc.LedgerRecord
		var seq, received int64
		var kind int
		var id, hash, normal []byte
		var severity, size, witnessSize sql.NullInt64
		var engine, rule, name sql.NullString
		if err := rows.Scan(&seq, &kind, &received, &id, &hash, &r.Node, &r.NodeName, &r.Epoch, &r.Lane, &severity, &size, &engine, &rule, &name, &normal, &witnessSize); err != nil {
			return err
		}
		r.Seq, r.Kind, r.ReceivedTime, r.AlertID = uint64(seq), recordKind(kind), fromMS(received), soc.AlertID(id)
		copy(r.RawSHA256[:], hash)
		r.EventTime = soc.SortKey(id).Time()
		switch {
		case len(normal) > 0:
			var told soc.Alert
			if err := json.Unmarshal(normal, &told); err != nil {
				return err
			}
			r.Rule, r.Severity, r.RawSize = &told.Rule, told.Severity, int(witnessSize.Int64)
		case severity.Valid:
			r.Rule = &soc.Rule{Engine: engine.String, ID: rule.String, Name: name.String}
			r.Severity, r.RawSize = soc.Severity(severity.Int64), int(size.Int64)
		}
		r.Held = r.Rule != nil && kind != kindDropped
		records[at[seq]] = r
	}
	return rows.Err()
}
