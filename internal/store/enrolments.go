package store

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// enrolmentLife is how long a token may be used.
const enrolmentLife = time.Hour

// ErrUsed means that the enrolment token has been used; somebody may have copied it. It is
// soc.ErrForbidden, and comes with the node that used it first.
var ErrUsed = fmt.Errorf("%w: the enrolment token has been used already", soc.ErrForbidden)

// hashSecret is how a random secret is stored. It has 256 bits, so a fast hash is enough.
func hashSecret(secret soc.Secret) string {
	return soc.Hash(sha256.Sum256([]byte(secret))).String()
}

// AddEnrolment makes the secret of a token that enrols one node of the client. It
// works once, within an hour. nodeName may be empty: the node then names itself.
func (s *Store) AddEnrolment(ctx context.Context, scope soc.Scope, client, nodeName string) (secret soc.Secret, expires time.Time, err error) {
	if scope.Role() != soc.RoleAdmin {
		return "", time.Time{}, soc.ErrForbidden
	}
	if nodeName != "" {
		if nodeName, err = cleanName("node", nodeName); err != nil {
			return "", time.Time{}, err
		}
	}
	row, err := s.client(ctx, scope, client)
	if err != nil {
		return "", time.Time{}, err
	}
	secret, expires = soc.NewSecret(), s.now().Add(enrolmentLife)
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		err := g.Exec(`INSERT INTO enrolments (secret_hash, client_num, node_name, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?)`,
			hashSecret(secret), row.Num, nodeName, s.now().UnixMilli(), expires.UnixMilli()).Error
		if err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "make", noun: "node-token", target: soc.AuditTarget{Name: nodeName}, client: row.named(), after: map[string]any{"expires": expires.UTC()}})
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("add enrolment: %w", err)
	}
	return secret, expires, nil
}

// Enrolment is what a node brings with its token.
type Enrolment struct {
	Secret    soc.Secret
	LedgerKey ed25519.PublicKey
	Name      string     // what the node would be called
	Address   string     // where the node asks from
	Node      soc.NodeID // its id, if the same data folder was enrolled before; proved by the caller
	Sign      func(soc.NodeID) (expires time.Time, err error)
}

// Enrol uses up a token. Sign is called inside the transaction, so a token is used
// only if a certificate was made. A second use is ErrUsed and returns the node that
// used it; an unknown or late one is ErrForbidden.
func (s *Store) Enrol(ctx context.Context, scope soc.Scope, e Enrolment) (soc.Node, error) {
	if err := mustAll(scope); err != nil {
		return soc.Node{}, err
	}
	var node nodeRow
	used := false
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		var row struct {
			ClientNum int64
			NodeName  string
			ExpiresMS int64 `gorm:"column:expires_ms"`
			UsedMS    int64 `gorm:"column:used_ms"`
			NodeNum   *int64
		}
		err := g.Raw(`SELECT * FROM enrolments WHERE secret_hash = ?`+s.db.forUpdate(`enrolments`), hashSecret(e.Secret)).First(&row).Error
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound):
			return fmt.Errorf("%w: the core knows no such enrolment token; make one with `socme node token --client NAME`", soc.ErrForbidden)
		case err != nil:
			return err
		case row.UsedMS != 0 && row.NodeNum != nil:
			used = true
			return g.Raw(nodeSelect+` WHERE nodes.num = ?`, *row.NodeNum).First(&node).Error
		case s.now().UnixMilli() > row.ExpiresMS:
			return fmt.Errorf("%w: the enrolment token is older than an hour; make a new one with `socme node token --client NAME`", soc.ErrForbidden)
		}
		name := e.Name
		if row.NodeName != "" {
			name = row.NodeName
		}
		num, id, err := s.enrolNode(g, row.ClientNum, name, e)
		if err != nil {
			return err
		}
		expires, err := e.Sign(id)
		if err != nil {
			return err
		}
		if err := g.Exec(`UPDATE nodes SET certificate_expires_ms = ? WHERE num = ?`, expires.UnixMilli(), num).Error; err != nil {
			return err
		}
		if err := g.Exec(`UPDATE enrolments SET used_ms = ?, node_num = ? WHERE secret_hash = ?`, s.now().UnixMilli(), num, hashSecret(e.Secret)).Error; err != nil {
			return err
		}
		if err := g.Raw(nodeSelect+` WHERE nodes.num = ?`, num).First(&node).Error; err != nil {
			return err
		}
		return s.audit(g, scope.As(soc.Actor{Kind: soc.ActorNode, ID: node.ID, Name: node.Name, Address: e.Address}), change{
			verb: "enrol", noun: "node", target: node.target(), client: node.client(), after: map[string]any{"again": e.Node != ""},
		})
	})
	if err == nil && used {
		err = ErrUsed
	}
	if err != nil {
		return node.node(s.now()), fmt.Errorf("enrol: %w", err)
	}
	return node.node(s.now()), nil
}

// enrolNode makes the node, or takes up the one that the folder was before.
func (s *Store) enrolNode(g *gorm.DB, client int64, name string, e Enrolment) (num int64, id soc.NodeID, err error) {
	if e.Node != "" {
		var old nodeRow
		err := g.Raw(nodeSelect+` WHERE nodes.id = ?`, string(e.Node)).First(&old).Error
		switch {
		case err == nil && old.ClientNum != client:
			return 0, "", fmt.Errorf("%w: this data folder belongs to a node of another client; enrol with an empty folder", soc.ErrForbidden)
		case err == nil && !ed25519.PublicKey(old.LedgerKey).Equal(e.LedgerKey):
			return 0, "", fmt.Errorf("%w: this data folder claims to be node %s, and its ledger key is another", soc.ErrForbidden, old.Name)
		case err == nil:
			return old.Num, e.Node, g.Exec(`UPDATE nodes SET revoked_ms = 0 WHERE num = ?`, old.Num).Error
		case !errors.Is(err, gorm.ErrRecordNotFound):
			return 0, "", err
		}
		// A core that was restored from before this node: it keeps its id.
	}
	id = e.Node
	if id == "" {
		id = soc.NodeID(soc.NewID())
	}
	if name, err = cleanName("node", name); err != nil {
		return 0, "", err
	}
	row := nodeRow{ID: string(id), ClientNum: client, Name: name, LedgerKey: e.LedgerKey, Sources: "[]", EnrolledMS: s.now().UnixMilli()}
	err = g.Select("id", "client_num", "name", "ledger_key", "sources", "enrolled_ms").Create(&row).Error
	return row.Num, id, err
}
