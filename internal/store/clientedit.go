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

// The bounds of what is kept of a client.
const (
	ContactsMost = 20
	NotesMost    = 16 << 10 // bytes
)

// ClientChange is what a client is to be; nil leaves it as it is.
type ClientChange struct {
	Name     *string
	Contacts *[]soc.Contact
	Notes    *string
}

// SetClient changes a client. Its admins may, and only an admin of all clients may give it
// another name. A name that another client has is ErrConflict.
func (s *Store) SetClient(ctx context.Context, scope soc.Scope, id string, to ClientChange) (soc.Client, error) {
	row, err := s.client(ctx, scope, id)
	if err != nil {
		return soc.Client{}, err
	}
	if scope.Role() != soc.RoleAdmin || to.Name != nil && *to.Name != row.Name && !scope.All() {
		return soc.Client{}, soc.ErrForbidden
	}
	was := row
	if err := to.apply(&row); err != nil {
		return soc.Client{}, err
	}
	err = s.tx(ctx, func(g *gorm.DB, _ *sql.Tx) error {
		changed := g.Exec(`UPDATE clients SET name = ?, name_key = ?, contacts = ?, notes = ? WHERE num = ? AND deleted_ms = 0`, row.Name, row.NameKey, row.Contacts, row.Notes, row.Num)
		if changed.Error == nil && changed.RowsAffected == 0 {
			return soc.ErrNotFound
		}
		if changed.Error != nil {
			return changed.Error
		}
		before, after := was.facts(row), row.facts(was)
		if len(after) == 0 {
			return nil
		}
		return s.audit(g, scope, change{verb: "set", noun: "client", target: row.target(), client: row.named(), before: before, after: after})
	})
	if err != nil {
		return soc.Client{}, fmt.Errorf("change client %s: %w", was.Name, err)
	}
	return row.client(), nil
}

// facts are what the audit tells where a client differs from another state of it. What
// people write about people is not repeated there.
func (r clientRow) facts(other clientRow) map[string]any {
	facts := map[string]any{}
	if r.Name != other.Name {
		facts["name"] = r.Name
	}
	if r.Contacts != other.Contacts {
		facts["contacts"] = len(r.client().Contacts)
	}
	if r.Notes != other.Notes {
		facts["notes_bytes"] = len(r.Notes)
	}
	return facts
}

func (to ClientChange) apply(row *clientRow) error {
	if to.Name != nil {
		name, err := cleanName("client", *to.Name)
		if err != nil {
			return err
		}
		row.Name, row.NameKey = name, query.ClientKey(name)
	}
	if to.Notes != nil {
		notes := strings.TrimSpace(*to.Notes)
		if len(notes) > NotesMost {
			return fmt.Errorf("%w: the notes have %d bytes, at most %d are kept", soc.ErrInvalid, len(notes), NotesMost)
		}
		if !utf8.ValidString(notes) || strings.ContainsRune(notes, 0) {
			return fmt.Errorf("%w: the notes are no text", soc.ErrInvalid)
		}
		row.Notes = notes
	}
	if to.Contacts == nil {
		return nil
	}
	if len(*to.Contacts) > ContactsMost {
		return fmt.Errorf("%w: at most %d contacts are kept", soc.ErrInvalid, ContactsMost)
	}
	contacts := make([]soc.Contact, len(*to.Contacts))
	for i, c := range *to.Contacts {
		for _, field := range []struct {
			what string
			text *string
			most int
		}{{"name", &c.Name, 64}, {"mail address", &c.Mail, 128}, {"phone number", &c.Phone, 32}, {"note", &c.Note, 256}} {
			if err := cleanLine(field.what, field.text, field.most); err != nil {
				return err
			}
		}
		if c.Name == "" {
			return fmt.Errorf("%w: a contact needs a name", soc.ErrInvalid)
		}
		contacts[i] = c
	}
	text, err := json.Marshal(contacts)
	row.Contacts = string(text)
	return err
}

// cleanLine makes a text of a contact one line that prints.
func cleanLine(what string, text *string, most int) error {
	*text = strings.TrimSpace(*text)
	if utf8.RuneCountInString(*text) > most {
		return fmt.Errorf("%w: the %s of a contact has at most %d characters", soc.ErrInvalid, what, most)
	}
	for _, r := range *text {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("%w: the %s of a contact may not hold %q", soc.ErrInvalid, what, r)
		}
	}
	return nil
}
