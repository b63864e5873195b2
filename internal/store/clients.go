package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

type clientRow struct {
	Num       int64 `gorm:"primaryKey"`
	ID        string
	Name      string
	NameKey   string
	Demo      bool
	CreatedMS int64 `gorm:"column:created_ms"`
	Nodes     int   `gorm:"->"`
	Contacts  string
	Notes     string
	Logo      string `gorm:"->"`
	DeletedMS int64  `gorm:"column:deleted_ms"`
}

func (clientRow) TableName() string { return "clients" }

func (r clientRow) client() soc.Client {
	c := soc.Client{
		ID: soc.ClientID(r.ID), Name: r.Name, Demo: r.Demo, CreatedTime: fromMS(r.CreatedMS), Nodes: r.Nodes,
		Contacts: []soc.Contact{}, Notes: r.Notes, Logo: r.Logo,
	}
	if r.Contacts != "" {
		_ = json.Unmarshal([]byte(r.Contacts), &c.Contacts) // written by SetClient from the same type
	}
	return c
}

func (r clientRow) named() soc.NamedClient {
	return soc.NamedClient{ID: soc.ClientID(r.ID), Name: r.Name}
}

func (r clientRow) target() soc.AuditTarget { return soc.AuditTarget{ID: r.ID, Name: r.Name} }

// cleanName checks the name of a client, node, user or token: 1 to 64 characters that
// print, without quotes, which the query language needs.
func cleanName(what, name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", fmt.Errorf("%w: a %s needs a name", soc.ErrInvalid, what)
	}
	if utf8.RuneCountInString(name) > 64 {
		return "", fmt.Errorf("%w: the name of a %s has at most 64 characters", soc.ErrInvalid, what)
	}
	for _, r := range name {
		if r == '"' || !unicode.IsPrint(r) {
			return "", fmt.Errorf("%w: the name of a %s may not hold %q", soc.ErrInvalid, what, r)
		}
	}
	return name, nil
}

// AddClient adds a client. The name must be new, whatever its case: ErrConflict.
func (s *Store) AddClient(ctx context.Context, scope soc.Scope, name string, demo bool) (soc.Client, error) {
	if err := mustAdmin(scope); err != nil {
		return soc.Client{}, err
	}
	name, err := cleanName("client", name)
	if err != nil {
		return soc.Client{}, err
	}
	row := clientRow{ID: soc.NewID(), Name: name, NameKey: query.ClientKey(name), Demo: demo, CreatedMS: s.now().UnixMilli()}
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		if err := gorm.G[clientRow](g).Select("id", "name", "name_key", "demo", "created_ms").Create(ctx, &row); err != nil {
			return err
		}
		return s.audit(g, scope, change{verb: "add", noun: "client", target: row.target(), client: row.named(), after: map[string]any{"name": name}})
	})
	if err != nil {
		return soc.Client{}, fmt.Errorf("add client %q: %w", name, err)
	}
	return row.client(), nil
}

// Clients lists the clients in scope by name. It is never nil.
func (s *Store) Clients(ctx context.Context, scope soc.Scope) ([]soc.Client, error) {
	rows, err := s.clients(ctx, scope, "1 = 1")
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	clients := make([]soc.Client, len(rows))
	for i, row := range rows {
		clients[i] = row.client()
	}
	return clients, nil
}

// Client finds a client by its id or its name, whatever the case.
func (s *Store) Client(ctx context.Context, scope soc.Scope, idOrName string) (soc.Client, error) {
	row, err := s.client(ctx, scope, idOrName)
	return row.client(), err
}

func (s *Store) client(ctx context.Context, scope soc.Scope, idOrName string) (clientRow, error) {
	rows, err := s.clients(ctx, scope, "clients.id = @id OR clients.name_key = @name", sql.Named("id", idOrName), sql.Named("name", query.ClientKey(idOrName)))
	if err == nil && len(rows) == 0 {
		err = soc.ErrNotFound
	}
	if err != nil {
		return clientRow{}, fmt.Errorf("client %q: %w", idOrName, err)
	}
	return rows[0], nil
}

func (s *Store) clients(ctx context.Context, scope soc.Scope, where string, args ...any) ([]clientRow, error) {
	return gorm.G[clientRow](s.read).
		Select("clients.*, (SELECT COUNT(*) FROM nodes WHERE nodes.client_num = clients.num AND nodes.revoked_ms = 0) AS nodes, COALESCE((SELECT hash FROM logos WHERE logos.client_num = clients.num), '') AS logo").
		Where(where, args...).Where("deleted_ms = 0").
		Scopes(inScope(scope)).
		Order("name_key").Find(ctx)
}

// inScope keeps the clients that the scope may see.
func inScope(scope soc.Scope) func(*gorm.Statement) {
	return func(stmt *gorm.Statement) {
		if !scope.All() {
			stmt.Where("clients.id IN ?", append([]soc.ClientID{""}, scope.Clients()...))
		}
	}
}
