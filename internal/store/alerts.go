package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// AlertFilter chooses a page of alerts.
type AlertFilter struct {
	Query query.Query
	Group *soc.GroupID // nil for all
	// Before is the place of the last alert of the page before, nil for the first page.
	Before *soc.SortKey
	Limit  int // 1–501, 0 means 50
}

// The limits of a page.
const (
	pageDefault = 50
	pageMost    = 501 // one above what people may ask for: it tells whether there is a next page
)

const alertSelect = `SELECT alerts.num, ` + alertColumns + ` FROM alerts` + alertJoins

const alertColumns = `alerts.id, alerts.received_ms, alerts.raw_hash, alerts.raw_size, alerts.normal, alerts.seq,
	alerts.sort_key, alerts.state, alerts.resolved_ms, alerts.resolution, alerts.witnesses, alerts.verdict, users.name,
	clients.id, clients.name, clients.demo, nodes.id, nodes.name, heads.epoch, heads.lane`

const alertJoins = ` JOIN clients ON clients.num = alerts.client_num
	LEFT JOIN nodes ON nodes.num = alerts.node_num LEFT JOIN heads ON heads.num = alerts.head_num LEFT JOIN users ON users.num = alerts.owner_num`

// Alerts returns at most f.Limit alerts, newest event first. It is never nil.
func (s *Store) Alerts(ctx context.Context, scope soc.Scope, f AlertFilter) ([]soc.StoredAlert, error) {
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	f.Limit = min(f.Limit, pageMost)
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	found, err := s.listAlerts(ctx, db, scope, f)
	if err == nil {
		err = s.tagAlerts(ctx, db, found)
	}
	if err != nil {
		return nil, fmt.Errorf("list alerts: %w", err)
	}
	return found, nil
}

// Alert finds one alert by its id, or by that of one of its witnesses. One out of scope
// is not found.
func (s *Store) Alert(ctx context.Context, scope soc.Scope, id soc.AlertID) (soc.StoredAlert, error) {
	where, args := scopeSQL(scope)
	one := func(condition string) ([]soc.StoredAlert, error) {
		return s.alerts(ctx, ` WHERE `+condition+` AND `+strings.Join(where, ` AND `), append([]any{id[:]}, args...)...)
	}
	found, err := one(`alerts.id = ?`)
	if err == nil && len(found) == 0 {
		found, err = one(`alerts.num = (SELECT alert_num FROM witnesses WHERE id = ?)`)
	}
	if err == nil && len(found) == 0 {
		err = soc.ErrNotFound
	}
	if err != nil {
		return soc.StoredAlert{}, fmt.Errorf("alert %s: %w", id, err)
	}
	return found[0], nil
}

// AlertRaw returns the sensor's line to the byte, of an alert or of a witness. SOCme's own alerts have none:
// it is empty then.
func (s *Store) AlertRaw(ctx context.Context, scope soc.Scope, id soc.AlertID) ([]byte, error) {
	if _, err := s.Alert(ctx, scope, id); err != nil {
		return nil, err
	}
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	var codec int
	var raw []byte
	err = db.QueryRowContext(ctx, `SELECT codec, raw FROM raws WHERE alert_num = (SELECT num FROM alerts WHERE id = ?)
		UNION ALL SELECT codec, raw FROM witnesses WHERE id = ?`, id[:], id[:]).Scan(&codec, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return []byte{}, nil
	}
	if err == nil && codec == codecZstd {
		raw, err = s.open.DecodeAll(raw, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("raw of alert %s: %w", id, err)
	}
	return raw, nil
}

// AlertPlace is an alert's place in the ledger, and how far the chain has come since.
type AlertPlace struct {
	Value      soc.Hash  `json:"value" doc:"the chain's value after the alert's record"`
	HeadSeq    uint64    `json:"head_seq" doc:"newest record of the chain"`
	SignedSeq  uint64    `json:"signed_seq" doc:"newest head that the node signed"`
	SignedTime time.Time `json:"signed_time,omitzero"`
}

// AlertPlace finds the place of an alert. SOCme's own have none: ErrNotFound.
func (s *Store) AlertPlace(ctx context.Context, scope soc.Scope, id soc.AlertID) (AlertPlace, error) {
	var place AlertPlace
	if _, err := s.Alert(ctx, scope, id); err != nil {
		return place, err
	}
	db, err := s.read.DB()
	if err != nil {
		return place, err
	}
	var value []byte
	var signed int64
	err = db.QueryRowContext(ctx, `SELECT ledger.value, heads.seq, heads.signed_seq, heads.signed_ms
		FROM alerts JOIN ledger ON ledger.head_num = alerts.head_num AND ledger.seq = alerts.seq JOIN heads ON heads.num = alerts.head_num
		WHERE alerts.id = ?`, id[:]).Scan(&value, &place.HeadSeq, &place.SignedSeq, &signed)
	if err != nil {
		return place, fmt.Errorf("ledger place of alert %s: %w", id, translate(err))
	}
	copy(place.Value[:], value)
	place.SignedTime = fromMS(signed)
	return place, nil
}

func (s *Store) alerts(ctx context.Context, rest string, args ...any) ([]soc.StoredAlert, error) {
	found := []soc.StoredAlert{}
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	err = scanAlerts(ctx, db, alertSelect+rest, args, func(_ int64, alert soc.StoredAlert) bool {
		found = append(found, alert)
		return true
	})
	if err == nil {
		err = s.tagAlerts(ctx, db, found)
	}
	return found, err
}

// queryer is a pool or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// scanAlerts runs a query whose columns are those of alertSelect, with one number
// instead of alerts.num. It ends when each says false.
func scanAlerts(ctx context.Context, db queryer, text string, args []any, each func(num int64, alert soc.StoredAlert) bool) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var num, received, resolved int64
		var id, hash, normal, key []byte
		var state int
		var alert soc.StoredAlert
		var seq, lane sql.NullInt64
		var node, nodeName, epoch, owner sql.NullString
		err := rows.Scan(&num, &id, &received, &hash, &alert.RawSize, &normal, &seq,
			&key, &state, &resolved, &alert.Resolution, &alert.Witnesses, &alert.Verdict, &owner, &alert.ClientID, &alert.Client, &alert.Demo, &node, &nodeName, &epoch, &lane)
		if err == nil {
			err = json.Unmarshal(normal, &alert.Alert)
		}
		if err != nil {
			return err
		}
		alert.ID = soc.AlertID(id)
		copy(alert.RawSHA256[:], hash)
		copy(alert.SortKey[:], key)
		alert.ReceivedTime, alert.ResolvedTime, alert.State = fromMS(received), fromMS(resolved), stateOf(state)
		alert.NodeID, alert.Node, alert.Epoch = soc.NodeID(node.String), nodeName.String, soc.Epoch(epoch.String)
		alert.Lane, alert.Seq, alert.Owner = soc.Lane(lane.Int64), uint64(seq.Int64), owner.String
		if !each(num, alert) {
			break
		}
	}
	return rows.Err()
}

// states are how the states of an alert are stored.
var states = [...]soc.AlertState{1: soc.AlertOpen, 2: soc.AlertAcknowledged, 3: soc.AlertEscalated, 4: soc.AlertResolved}

const (
	stateOpen         = 1
	stateAcknowledged = 2
	stateEscalated    = 3
	stateResolved     = 4
)

func stateOf(n int) soc.AlertState {
	if n < stateOpen || n >= len(states) {
		return soc.AlertOpen
	}
	return states[n]
}

func stateNum(state soc.AlertState) int { return slices.Index(states[:], state) }

// addrKey is how an address is stored and compared: 16 bytes, IPv4 mapped, or NULL.
func addrKey(addr netip.Addr) any {
	if !addr.IsValid() {
		return nil
	}
	b := addr.WithZone("").As16()
	return b[:]
}
