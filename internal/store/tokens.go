package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// tokenPrefix lets a person, and a secret scanner, see what the string is.
const tokenPrefix = "socme_"

type tokenRow struct {
	Num        int64 `gorm:"primaryKey"`
	ID         string
	SecretHash string
	Name       string
	Role       soc.Role
	AllClients bool
	UserNum    *int64
	CreatedMS  int64 `gorm:"column:created_ms"`
	ExpiresMS  int64 `gorm:"column:expires_ms"`
	UsedMS     int64 `gorm:"column:used_ms"`
}

func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) token(grant soc.Grant, maker string) soc.Token {
	return soc.Token{
		ID: r.ID, Name: r.Name, Grant: grant, Maker: maker,
		CreatedTime: fromMS(r.CreatedMS), ExpiresTime: fromMS(r.ExpiresMS), LastUsedTime: fromMS(r.UsedMS),
	}
}

func (r tokenRow) target() soc.AuditTarget { return soc.AuditTarget{ID: r.ID, Name: r.Name} }

// NewToken is a token that is wanted. Without clients, and without all of them, it is for
// the same clients as whoever makes it.
type NewToken struct {
	Name    string
	Wanted  Wanted
	Expires time.Time // zero is never
}

// AddToken makes an API token that may do no more than whoever makes it, and lasts no
// longer than the token that makes it. The secret is shown this once: only its hash is
// kept.
func (s *Store) AddToken(ctx context.Context, scope soc.Scope, n NewToken) (soc.Token, soc.Secret, error) {
	if scope.Role() != soc.RoleAdmin {
		return soc.Token{}, "", soc.ErrForbidden
	}
	name, err := cleanName("token", n.Name)
	if err != nil {
		return soc.Token{}, "", err
	}
	if !n.Wanted.AllClients && len(n.Wanted.Clients) == 0 {
		n.Wanted.AllClients = scope.All()
		for _, c := range scope.Clients() {
			n.Wanted.Clients = append(n.Wanted.Clients, string(c))
		}
	}
	grant, clients, err := s.grant(ctx, scope, n.Wanted)
	if err != nil {
		return soc.Token{}, "", err
	}
	secret := tokenPrefix + soc.NewSecret()
	row := tokenRow{
		ID: soc.NewID(), SecretHash: hashSecret(secret), Name: name, Role: grant.Role, AllClients: grant.AllClients,
		CreatedMS: s.now().UnixMilli(), ExpiresMS: toMS(n.Expires),
	}
	var maker string
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		if maker, err = row.madeBy(ctx, g, scope.Actor()); err != nil {
			return err
		}
		if err := gorm.G[tokenRow](g).Create(ctx, &row); err != nil {
			return err
		}
		if err := ofTokens.set(g, row.Num, clients); err != nil {
			return err
		}
		facts := grantFacts(grant)
		if row.ExpiresMS != 0 {
			facts["expires"] = fromMS(row.ExpiresMS)
		}
		return s.audit(g, scope, change{verb: "make", noun: "token", target: row.target(), client: oneClient(grant), after: facts})
	})
	if err != nil {
		return soc.Token{}, "", fmt.Errorf("add token %q: %w", name, err)
	}
	return row.token(grant, maker), secret, nil
}

// madeBy notes who makes the token: the user, or the user who made the token that makes it.
func (r *tokenRow) madeBy(ctx context.Context, g *gorm.DB, actor soc.Actor) (name string, err error) {
	switch actor.Kind {
	case soc.ActorUser:
		if actor.ID == "" {
			return "", nil
		}
		user, err := findUser(ctx, g, actor.ID)
		if err != nil {
			return "", err
		}
		r.UserNum, name = &user.Num, user.Name
	case soc.ActorToken:
		parent, err := gorm.G[tokenRow](g).Where("id = ?", actor.ID).First(ctx)
		if err != nil {
			return "", err
		}
		r.UserNum = parent.UserNum
		if parent.ExpiresMS != 0 && (r.ExpiresMS == 0 || r.ExpiresMS > parent.ExpiresMS) {
			r.ExpiresMS = parent.ExpiresMS
		}
		if parent.UserNum != nil {
			user, err := gorm.G[userRow](g).Where("num = ?", *parent.UserNum).First(ctx)
			if err != nil {
				return "", err
			}
			name = user.Name
		}
	case soc.ActorSystem, soc.ActorNode: // the machine's own hand
	}
	return name, nil
}

// Tokens lists the API tokens that the scope covers, by name. It is never nil.
func (s *Store) Tokens(ctx context.Context, scope soc.Scope) ([]soc.Token, error) {
	if scope.Role() != soc.RoleAdmin {
		return nil, soc.ErrForbidden
	}
	held, err := s.tokens(ctx, s.read, "1 = 1")
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	tokens := []soc.Token{}
	for _, h := range held {
		if !scope.Covers(h.token.Grant) {
			continue
		}
		if !scope.All() {
			h.token.Maker = "" // somebody who may see more
		}
		tokens = append(tokens, h.token)
	}
	slices.SortFunc(tokens, func(a, b soc.Token) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), a.CreatedTime.Compare(b.CreatedTime), cmp.Compare(a.ID, b.ID))
	})
	return tokens, nil
}

// heldToken is a token, and whether its maker may still sign in.
type heldToken struct {
	token soc.Token
	good  bool
}

// tokens reads tokens with what they may do: no more than their makers now.
func (s *Store) tokens(ctx context.Context, g *gorm.DB, where string, args ...any) ([]heldToken, error) {
	rows, err := gorm.G[tokenRow](g).Where(where, args...).Find(ctx)
	if err != nil {
		return nil, err
	}
	nums, makers := make([]int64, len(rows)), []int64{}
	for i, r := range rows {
		nums[i] = r.Num
		if r.UserNum != nil {
			makers = append(makers, *r.UserNum)
		}
	}
	clients, err := ofTokens.clients(ctx, g, nums...)
	if err != nil {
		return nil, err
	}
	byNum := map[int64]soc.User{}
	if len(makers) > 0 {
		users, err := gorm.G[userRow](g).Where("num IN ?", makers).Find(ctx)
		if err != nil {
			return nil, err
		}
		found, err := full(ctx, g, users...)
		if err != nil {
			return nil, err
		}
		for i := range users {
			byNum[users[i].Num] = found[i]
		}
	}
	held := make([]heldToken, len(rows))
	for i, r := range rows {
		grant, maker, good := grantOf(r.Role, r.AllClients, clients[r.Num]), soc.User{}, true
		if r.UserNum != nil {
			maker = byNum[*r.UserNum]
			grant, good = grant.Within(maker.Grant), !maker.Disabled
		}
		held[i] = heldToken{r.token(grant, maker.Name), good}
	}
	return held, nil
}

// TokenOf finds the token of a secret. ErrUnauthenticated if it is unknown or late, or if
// its maker is disabled.
func (s *Store) TokenOf(ctx context.Context, scope soc.Scope, secret soc.Secret) (soc.Token, error) {
	if err := mustAll(scope); err != nil {
		return soc.Token{}, err
	}
	now := s.now()
	held, err := s.tokens(ctx, s.read, "secret_hash = ? AND (expires_ms = 0 OR expires_ms > ?)", hashSecret(secret), now.UnixMilli())
	if err == nil && (len(held) == 0 || !held[0].good) {
		err = soc.ErrUnauthenticated
	}
	if err == nil && now.Sub(held[0].token.LastUsedTime) > usedGrain {
		err = unlessFull(s.write.WithContext(ctx).Exec(`UPDATE tokens SET used_ms = ? WHERE id = ?`, now.UnixMilli(), held[0].token.ID).Error)
	}
	if err != nil {
		return soc.Token{}, fmt.Errorf("token: %w", err)
	}
	return held[0].token, nil
}

// DeleteToken ends a token at once. One that the scope does not cover is not found.
func (s *Store) DeleteToken(ctx context.Context, scope soc.Scope, id string) error {
	if scope.Role() != soc.RoleAdmin {
		return soc.ErrForbidden
	}
	err := s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		held, err := s.tokens(ctx, g, "id = ?", id)
		if err != nil {
			return err
		}
		if len(held) == 0 || !scope.Covers(held[0].token.Grant) {
			return soc.ErrNotFound
		}
		token := held[0].token
		if err := g.Exec(`DELETE FROM tokens WHERE id = ?`, id).Error; err != nil {
			return err
		}
		return s.audit(g, scope, change{
			verb: "delete", noun: "token", target: soc.AuditTarget{ID: token.ID, Name: token.Name}, client: oneClient(token.Grant), before: grantFacts(token.Grant),
		})
	})
	if err != nil {
		return fmt.Errorf("delete token %s: %w", id, err)
	}
	return nil
}
