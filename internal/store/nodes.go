package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

type nodeRow struct {
	Num                  int64 `gorm:"primaryKey"`
	ID                   string
	ClientNum            int64
	Name                 string
	LedgerKey            []byte
	Version              string
	Address              string
	Sources              string // []soc.SourceHealth as JSON
	Health               string // soc.NodeHealth as JSON, "" until a beat told it
	EnrolledMS           int64  `gorm:"column:enrolled_ms"`
	LastSeenMS           int64  `gorm:"column:last_seen_ms"`
	RevokedMS            int64  `gorm:"column:revoked_ms"`
	CertificateExpiresMS int64  `gorm:"column:certificate_expires_ms"`
	SkewMS               int64  `gorm:"column:skew_ms"`
	ClientID             string `gorm:"->"`
	ClientName           string `gorm:"->"`
	Demo                 bool   `gorm:"->"`
	Machine              string `gorm:"->"` // soc.Machine as JSON, or ""
	AgentCounts          string `gorm:"->"` // soc.NodeAgents as JSON, or ""
}

func (nodeRow) TableName() string { return "nodes" }

func (r nodeRow) target() soc.AuditTarget { return soc.AuditTarget{ID: r.ID, Name: r.Name} }

func (r nodeRow) client() soc.NamedClient {
	return soc.NamedClient{ID: soc.ClientID(r.ClientID), Name: r.ClientName}
}

const nodeSelect = `SELECT nodes.*, clients.id AS client_id, clients.name AS client_name, clients.demo,
		COALESCE(node_facts.machine, '') AS machine, COALESCE(node_facts.agent_counts, '') AS agent_counts
	FROM nodes JOIN clients ON clients.num = nodes.client_num LEFT JOIN node_facts ON node_facts.node_num = nodes.num`

// headRow is the core's end of one chain.
type headRow struct {
	Num                                int64
	NodeNum                            int64
	Epoch, Previous                    string
	Lane                               soc.Lane
	Seq, Latest                        uint64
	Value                              []byte
	Alerts, Repeated, Dropped, Missing uint64
	OpenedMS                           int64 `gorm:"column:opened_ms"`
	SignedSeq                          uint64
	SignedMS                           int64 `gorm:"column:signed_ms"`
}

func (r nodeRow) node(now time.Time) soc.Node {
	n := soc.Node{
		ID: soc.NodeID(r.ID), Name: r.Name, Client: r.ClientName, ClientID: soc.ClientID(r.ClientID), Demo: r.Demo,
		Heads: []soc.HeadState{}, Sources: []soc.SourceHealth{}, Version: r.Version, Address: r.Address,
		EnrolledTime: fromMS(r.EnrolledMS), LastSeenTime: fromMS(r.LastSeenMS), RevokedTime: fromMS(r.RevokedMS),
		CertificateExpiresTime: fromMS(r.CertificateExpiresMS), ClockSkewMS: r.SkewMS, LedgerKey: r.LedgerKey,
	}
	_ = json.Unmarshal([]byte(r.Sources), &n.Sources) // written by Beat from the same type
	if r.Health != "" {
		n.Health = &soc.NodeHealth{}
		_ = json.Unmarshal([]byte(r.Health), n.Health) // likewise
	}
	if r.Machine != "" {
		n.Machine = &soc.Machine{}
		_ = json.Unmarshal([]byte(r.Machine), n.Machine) // likewise
	}
	if r.AgentCounts != "" {
		n.Agents = &soc.NodeAgents{}
		_ = json.Unmarshal([]byte(r.AgentCounts), n.Agents) // likewise
	}
	n.State = n.StateAt(now)
	return n
}

func (r *nodeRow) addHeads(n *soc.Node, heads []headRow, now time.Time) {
	epochs := map[string]bool{}
	for i := range heads { // newest epoch first
		h := &heads[i]
		current := heads[0].Epoch == h.Epoch
		state := soc.HeadState{
			Epoch: soc.Epoch(h.Epoch), Previous: soc.Epoch(h.Previous), Lane: h.Lane, Current: current,
			Seq: h.Seq, Latest: h.Latest, OpenedTime: fromMS(h.OpenedMS),
			SignedSeq: h.SignedSeq, SignedTime: fromMS(h.SignedMS),
		}
		copy(state.Value[:], h.Value)
		n.Heads = append(n.Heads, state)
		n.Alerts += h.Alerts
		n.Repeated += h.Repeated
		n.Dropped += h.Dropped
		n.Missing += h.Missing
		if current && h.Latest > h.Seq {
			n.Waiting += h.Latest - h.Seq // what an ended epoch held was sent again in the next
		}
		epochs[h.Epoch] = true
	}
	n.Delivered = n.Alerts + n.Repeated + n.Dropped
	if len(epochs) > 1 {
		n.Forks = uint64(len(epochs) - 1)
	}
	n.State = n.StateAt(now)
}

// Nodes lists the nodes in scope by client and name, without their machines. It is never
// nil.
func (s *Store) Nodes(ctx context.Context, scope soc.Scope) ([]soc.Node, error) {
	nodes, err := s.nodes(ctx, scope, "")
	for i := range nodes {
		nodes[i].Machine = nil
	}
	return nodes, err
}

// Node finds one node by its id.
func (s *Store) Node(ctx context.Context, scope soc.Scope, id soc.NodeID) (soc.Node, error) {
	nodes, err := s.nodes(ctx, scope, id)
	if err == nil && len(nodes) == 0 {
		err = fmt.Errorf("node %s: %w", id, soc.ErrNotFound)
	}
	if err != nil {
		return soc.Node{}, err
	}
	return nodes[0], nil
}

func (s *Store) nodes(ctx context.Context, scope soc.Scope, id soc.NodeID) ([]soc.Node, error) {
	var rows []nodeRow
	err := s.read.WithContext(ctx).Raw(nodeSelect+`
		WHERE (@all OR clients.id IN @clients) AND (@id = '' OR nodes.id = @id)
		ORDER BY clients.name_key, lower(nodes.name), nodes.num`,
		sql.Named("all", scope.All()), sql.Named("clients", append([]soc.ClientID{""}, scope.Clients()...)), sql.Named("id", string(id))).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	nums := make([]int64, len(rows))
	for i := range rows {
		nums[i] = rows[i].Num
	}
	var heads []headRow
	err = s.read.WithContext(ctx).Raw(`SELECT * FROM heads WHERE node_num IN ?
		ORDER BY node_num, MIN(num) OVER (PARTITION BY node_num, epoch) DESC, lane = 3 DESC, lane`, append(nums, 0)).Scan(&heads).Error
	if err != nil {
		return nil, fmt.Errorf("list heads: %w", err)
	}
	byNode := map[int64][]headRow{}
	for _, h := range heads {
		byNode[h.NodeNum] = append(byNode[h.NodeNum], h)
	}
	nodes := make([]soc.Node, len(rows))
	for i := range rows {
		nodes[i] = rows[i].node(s.now())
		rows[i].addHeads(&nodes[i], byNode[rows[i].Num], s.now())
	}
	return nodes, nil
}

// NodeKey is what the door needs to know of a node that knocks.
type NodeKey struct {
	Name      string
	Client    soc.ClientID
	LedgerKey ed25519.PublicKey
	Revoked   bool
}

// NodeKey finds it by the node's id.
func (s *Store) NodeKey(ctx context.Context, scope soc.Scope, id soc.NodeID) (NodeKey, error) {
	if err := mustAll(scope); err != nil {
		return NodeKey{}, err
	}
	db, err := s.read.DB()
	if err != nil {
		return NodeKey{}, err
	}
	var key NodeKey
	var ledgerKey []byte
	var revoked int64
	// Each request of each node asks for it.
	err = db.QueryRowContext(ctx, `SELECT nodes.name, clients.id, nodes.ledger_key, nodes.revoked_ms
		FROM nodes JOIN clients ON clients.num = nodes.client_num WHERE nodes.id = ?`, string(id)).Scan(&key.Name, &key.Client, &ledgerKey, &revoked)
	if err != nil {
		return NodeKey{}, fmt.Errorf("node %s: %w", id, translate(err))
	}
	key.LedgerKey, key.Revoked = ledgerKey, revoked != 0
	return key, nil
}

// RevokeNode ends a node's right to deliver, at once. What it delivered stays.
func (s *Store) RevokeNode(ctx context.Context, scope soc.Scope, id soc.NodeID) error {
	if scope.Role() != soc.RoleAdmin {
		return soc.ErrForbidden
	}
	if _, err := s.Node(ctx, scope, id); err != nil {
		return err
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		var node nodeRow
		if err := g.Raw(nodeSelect+` WHERE nodes.id = ?`, string(id)).First(&node).Error; err != nil {
			return err
		}
		if err := g.Exec(`UPDATE nodes SET revoked_ms = ? WHERE id = ? AND revoked_ms = 0`, s.now().UnixMilli(), string(id)).Error; err != nil {
			return err
		}
		return s.audit(g, scope, change{
			verb: "revoke", noun: "node", target: node.target(), client: node.client(),
			before: map[string]any{"revoked": node.RevokedMS != 0}, after: map[string]any{"revoked": true},
		})
	})
	if err != nil {
		return fmt.Errorf("revoke node %s: %w", id, err)
	}
	return nil
}

// RenewedNode notes until when a node's new certificate is good.
func (s *Store) RenewedNode(ctx context.Context, scope soc.Scope, id soc.NodeID, expires time.Time) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	return s.write.WithContext(ctx).Exec(`UPDATE nodes SET certificate_expires_ms = ? WHERE id = ?`, expires.UnixMilli(), string(id)).Error
}

// Beat is what a node said of itself, and when and from where the core heard it.
type Beat struct {
	Version string
	Address string
	Skew    time.Duration
	Epoch   soc.Epoch
	Latest  map[soc.Lane]uint64
	Sources []soc.SourceHealth
	Health  soc.NodeHealth
}

// Beat notes that the node lives.
func (s *Store) Beat(ctx context.Context, scope soc.Scope, id soc.NodeID, b Beat) error {
	if err := mustAll(scope); err != nil {
		return err
	}
	sources, err := json.Marshal(b.Sources)
	if err != nil {
		return fmt.Errorf("beat of node %s: %w", id, err)
	}
	health, err := json.Marshal(b.Health)
	if err != nil {
		return fmt.Errorf("beat of node %s: %w", id, err)
	}
	return s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE nodes SET version = ?, address = ?, sources = ?, health = ?, skew_ms = ?, last_seen_ms = ? WHERE id = ?`,
			b.Version, b.Address, string(sources), string(health), b.Skew.Milliseconds(), s.now().UnixMilli(), string(id))
		for lane, latest := range b.Latest {
			_, headErr := tx.ExecContext(ctx, `UPDATE heads SET latest = ?1
				WHERE latest < ?1 AND epoch = ?2 AND lane = ?3 AND node_num = (SELECT num FROM nodes WHERE id = ?4)`,
				latest, string(b.Epoch), lane, string(id))
			err = errors.Join(err, headErr)
		}
		return err
	})
}

// Tape returns what a node's lanes did in the last 24 hours, oldest first, cells
// where nothing happened left out. It is never nil.
func (s *Store) Tape(ctx context.Context, scope soc.Scope, id soc.NodeID) ([]soc.TapeCell, error) {
	if _, err := s.Node(ctx, scope, id); err != nil {
		return nil, err
	}
	var rows []struct {
		Slot                                        int64
		Lane                                        soc.Lane
		Delivered, Repeated, Late, Dropped, Missing uint64
	}
	err := s.read.WithContext(ctx).Raw(`SELECT slot, lane, SUM(tape.delivered) AS delivered, SUM(tape.repeated) AS repeated,
			SUM(tape.late) AS late, SUM(tape.dropped) AS dropped, SUM(tape.missing) AS missing
		FROM tape JOIN heads ON heads.num = tape.head_num JOIN nodes ON nodes.num = heads.node_num
		WHERE nodes.id = ? AND slot > ? GROUP BY slot, lane ORDER BY slot, lane`,
		string(id), slotOf(s.now().Add(-24*time.Hour))).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("tape of node %s: %w", id, err)
	}
	cells := make([]soc.TapeCell, len(rows))
	for i, r := range rows {
		cells[i] = soc.TapeCell{
			StartTime: time.Unix(r.Slot*int64(tapeCell/time.Second), 0).UTC(), Lane: r.Lane,
			Delivered: r.Delivered, Repeated: r.Repeated, Late: r.Late, Dropped: r.Dropped, Missing: r.Missing,
		}
	}
	return cells, nil
}

// tapeCell is how long one cell of the tape is.
const tapeCell = 15 * time.Minute

func slotOf(t time.Time) int64 { return t.Unix() / int64(tapeCell/time.Second) }

// Heads returns how far the core has taken each chain of a node. It is never nil.
func (s *Store) Heads(ctx context.Context, scope soc.Scope, id soc.NodeID) ([]soc.HeadState, error) {
	node, err := s.Node(ctx, scope, id)
	return node.Heads, err
}
