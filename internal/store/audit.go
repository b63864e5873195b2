package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// change is what somebody did, for the audit. Before and after are small and without
// secrets; nil is nothing to tell.
type change struct {
	verb, noun    string
	target        soc.AuditTarget
	client        soc.NamedClient
	before, after any
}

type auditRow struct {
	Seq        uint64
	AtMS       int64 `gorm:"column:at_ms"`
	ActorKind  string
	ActorID    string
	ActorName  string
	Address    string
	Verb       string
	Noun       string
	TargetID   string
	TargetName string
	ClientID   string
	ClientName string
	BeforeJSON string
	AfterJSON  string
	Value      []byte
	Previous   []byte `gorm:"->"` // of the record before, NULL for the first
}

func (r auditRow) record() soc.AuditRecord {
	record := soc.AuditRecord{
		Seq: r.Seq, Time: time.UnixMilli(r.AtMS).UTC(), Verb: r.Verb, Noun: r.Noun,
		Actor:  soc.Actor{Kind: soc.ActorKind(r.ActorKind), ID: r.ActorID, Name: r.ActorName, Address: r.Address},
		Target: soc.AuditTarget{ID: r.TargetID, Name: r.TargetName},
		Client: soc.NamedClient{ID: soc.ClientID(r.ClientID), Name: r.ClientName},
	}
	if r.BeforeJSON != "" {
		record.Before = json.RawMessage(r.BeforeJSON)
	}
	if r.AfterJSON != "" {
		record.After = json.RawMessage(r.AfterJSON)
	}
	if r.Seq == 1 {
		record.Previous = soc.AuditGenesis()
	} else {
		copy(record.Previous[:], r.Previous)
	}
	copy(record.Value[:], r.Value)
	return record
}

// audit writes what was done into the transaction that does it. It comes after the
// change itself: the row of the counter is then locked until the transaction ends, so
// that records are numbered in the order of their commits, and what is read after it sees
// every change before.
func (s *Store) audit(g *gorm.DB, scope soc.Scope, c change) error {
	actor := scope.Actor()
	record := soc.AuditRecord{
		Time: s.now().UTC().Truncate(time.Millisecond), Actor: actor, Verb: c.verb, Noun: c.noun, Target: c.target, Client: c.client,
	}
	for _, side := range []struct {
		value any
		to    *json.RawMessage
	}{{c.before, &record.Before}, {c.after, &record.After}} {
		if side.value == nil {
			continue
		}
		text, err := json.Marshal(side.value)
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		*side.to = text
	}
	if err := g.Raw(`UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING value`).Scan(&record.Seq).Error; err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	record.Previous = soc.AuditGenesis()
	if record.Seq > 1 {
		var value []byte
		err := g.Raw(`SELECT value FROM audit WHERE seq = ?`, record.Seq-1).Row().Scan(&value)
		if err != nil && !errors.Is(err, sql.ErrNoRows) { // a hole stays one: verify names it
			return fmt.Errorf("audit: %w", err)
		}
		record.Previous = soc.Hash{}
		copy(record.Previous[:], value)
	}
	record.Value = record.Hash()
	err := g.Exec(`INSERT INTO audit (seq, at_ms, actor_kind, actor_id, actor_name, address, verb, noun, target_id, target_name, client_id, client_name, before_json, after_json, value)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		record.Seq, record.Time.UnixMilli(), string(actor.Kind), actor.ID, actor.Name, actor.Address, c.verb, c.noun, c.target.ID, c.target.Name,
		string(c.client.ID), c.client.Name, string(record.Before), string(record.After), record.Value[:]).Error
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// AuditFilter chooses records. Empty fields choose all.
type AuditFilter struct {
	Actor  string // id or name
	Verb   string
	Noun   string
	Target string // id or name
	Client string // id or name; with what was about all clients
	From   time.Time
	Until  time.Time // exclusive
	Before uint64    // seq of the last record of the page before; 0 for the first page
	Limit  int       // 1–501, 0 means 50
}

const auditSelect = `SELECT audit.*, earlier.value AS previous FROM audit LEFT JOIN audit earlier ON earlier.seq = audit.seq - 1`

// Audit returns at most f.Limit records, the newest first. It is never nil. Only an admin
// of all clients may read it: the numbers of the records alone tell how much goes on.
func (s *Store) Audit(ctx context.Context, scope soc.Scope, f AuditFilter) ([]soc.AuditRecord, error) {
	if err := mustAdmin(scope); err != nil {
		return nil, err
	}
	where, args := []string{`1 = 1`}, []any{}
	and := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if f.Actor != "" {
		and(`(audit.actor_id = ? OR audit.actor_name = ?)`, f.Actor, f.Actor)
	}
	if f.Verb != "" {
		and(`audit.verb = ?`, f.Verb)
	}
	if f.Noun != "" {
		and(`audit.noun = ?`, f.Noun)
	}
	if f.Target != "" {
		and(`(audit.target_id = ? OR audit.target_name = ?)`, f.Target, f.Target)
	}
	if f.Client != "" {
		// Who looked at all clients looked at this one.
		and(`(audit.client_id = ? OR audit.client_name = ? OR audit.noun = ?)`, f.Client, f.Client, NounAllClients)
	}
	if !f.From.IsZero() {
		and(`audit.at_ms >= ?`, f.From.UnixMilli())
	}
	if !f.Until.IsZero() {
		and(`audit.at_ms < ?`, f.Until.UnixMilli())
	}
	if f.Before > 0 {
		and(`audit.seq < ?`, f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = pageDefault
	}
	var rows []auditRow
	err := s.read.WithContext(ctx).Raw(auditSelect+` WHERE `+strings.Join(where, ` AND `)+` ORDER BY audit.seq DESC LIMIT ?`,
		append(args, min(f.Limit, pageMost))...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the audit: %w", err)
	}
	start, err := s.auditStart(s.read.WithContext(ctx), "")
	if err != nil {
		return nil, fmt.Errorf("list the audit: %w", err)
	}
	records := make([]soc.AuditRecord, 0, len(rows))
	for _, row := range rows {
		if row.Seq <= start.Seq { // let go, and not deleted yet
			break
		}
		record := row.record()
		if row.Seq == start.Seq+1 {
			record.Previous = start.hash()
		}
		records = append(records, record)
	}
	return records, nil
}

// AuditHead is the newest record's number as the core counted it, and its value.
type AuditHead struct {
	First uint64   `json:"first" doc:"the number of the oldest that is still kept"`
	Seq   uint64   `json:"seq" doc:"the number of the newest"`
	Value soc.Hash `json:"value" doc:"the value of the newest"`
}

// ErrAudit means that the audit is not as it was written.
var ErrAudit = errors.New("the audit was changed")

// auditWalk is how many records VerifyAudit reads at once.
const auditWalk = 1000

// VerifyAudit walks the whole audit, from where it begins, and returns its head. ErrAudit
// names the first record that was changed, is missing, or is too much.
func (s *Store) VerifyAudit(ctx context.Context, scope soc.Scope) (AuditHead, error) {
	if err := mustAdmin(scope); err != nil {
		return AuditHead{Value: soc.AuditGenesis()}, err
	}
	for {
		start, err := s.auditStart(s.read.WithContext(ctx), "")
		if err != nil {
			return AuditHead{}, fmt.Errorf("verify the audit: %w", err)
		}
		head, err := s.walkAudit(ctx, start)
		if !errors.Is(err, ErrAudit) {
			return head, err
		}
		// What is missing may have been let go meanwhile.
		if moved, again := s.auditStart(s.read.WithContext(ctx), ""); again != nil || moved.Seq == start.Seq {
			return head, err
		}
	}
}

func (s *Store) walkAudit(ctx context.Context, start auditStart) (AuditHead, error) {
	head := AuditHead{First: start.Seq + 1, Seq: start.Seq, Value: start.hash()}
	// The counter comes first: what is written after it is for the next time.
	var counted uint64
	if err := s.read.WithContext(ctx).Raw(`SELECT value FROM counters WHERE name = 'audit'`).Scan(&counted).Error; err != nil {
		return head, fmt.Errorf("verify the audit: %w", err)
	}
	if err := s.checkStart(ctx, start); err != nil {
		return head, err
	}
	for {
		var rows []auditRow
		err := s.read.WithContext(ctx).Raw(auditSelect+` WHERE audit.seq > ? ORDER BY audit.seq LIMIT ?`, head.Seq, auditWalk).Scan(&rows).Error
		if err != nil {
			return head, fmt.Errorf("verify the audit after record %d: %w", head.Seq, err)
		}
		for _, row := range rows {
			record := row.record()
			record.Previous = head.Value
			if record.Seq != head.Seq+1 {
				return head, fmt.Errorf("%w: record %d is missing", ErrAudit, head.Seq+1)
			}
			if record.Hash() != record.Value || len(row.Value) != len(record.Value) {
				return head, fmt.Errorf("%w: record %d is not as it was written", ErrAudit, record.Seq)
			}
			head.Seq, head.Value = record.Seq, record.Value
		}
		if len(rows) < auditWalk {
			break
		}
	}
	if head.Seq < counted {
		return head, fmt.Errorf("%w: record %d is missing, and what came after it", ErrAudit, head.Seq+1)
	}
	return head, nil
}

// NounAllClients is what somebody looked at who saw data of so many clients that they are
// not told one by one.
const NounAllClients = "clients"

// Note is a change of nothing: something that is written down though it leaves no other
// trace, such as that somebody saw data of a client.
type Note struct {
	Scope      soc.Scope // who, and from where
	Verb, Noun string
	Target     soc.AuditTarget
	Client     soc.NamedClient
	After      any
}

// AddNotes writes notes into the audit.
func (s *Store) AddNotes(ctx context.Context, scope soc.Scope, notes []Note) error {
	if err := mustAll(scope); err != nil || len(notes) == 0 {
		return err
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		for _, n := range notes {
			if err := s.audit(g, n.Scope, change{verb: n.Verb, noun: n.Noun, target: n.Target, client: n.Client, after: n.After}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add notes to the audit: %w", err)
	}
	return nil
}
