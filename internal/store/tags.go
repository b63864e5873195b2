package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// tagMost is how many characters a tag of people has.
const tagMost = 64

// cleanTag makes a tag what it is stored as: in lower case, so that one thing has one tag.
func cleanTag(tag string) (string, error) {
	tag = query.Fold(tag)
	switch {
	case tag == "":
		return "", fmt.Errorf("%w: a tag needs a name", soc.ErrInvalid)
	case utf8.RuneCountInString(tag) > tagMost:
		return "", fmt.Errorf("%w: a tag has at most %d characters", soc.ErrInvalid, tagMost)
	}
	for _, r := range tag {
		if r == '"' || r == ',' || r == '*' || !unicode.IsPrint(r) {
			return "", fmt.Errorf("%w: a tag may not hold %q", soc.ErrInvalid, r)
		}
	}
	return tag, nil
}

// tags says that the verb gives tags or takes them.
func tags(verb soc.Verb) bool { return verb == soc.VerbTag || verb == soc.VerbUntag }

// taggedSQL keeps the alerts that the step by a tag fits: of those that lack the tag, or
// have it.
func taggedSQL(step *Step) (string, []any) {
	not := ``
	if step.Verb == soc.VerbTag {
		not = `NOT `
	}
	return not + `EXISTS (SELECT 1 FROM alert_tags WHERE alert_tags.alert_num = alerts.num AND alert_tags.tag = ?)`, []any{step.Tag}
}

// refuseTag says why a tag can be given to nothing, or taken from nothing.
func (t *triage) refuseTag() error {
	if t.step.Verb == soc.VerbTag {
		return fmt.Errorf("%w: it has the tag %s already", soc.ErrConflict, t.step.Tag)
	}
	return fmt.Errorf("%w: it does not have the tag %s", soc.ErrConflict, t.step.Tag)
}

// fittingTag keeps the alerts that the step by a tag fits, and says why if that is none.
func (t *triage) fittingTag(found []touched) ([]touched, error) {
	if t.step.Alert != nil {
		var has bool
		if err := t.tx.QueryRowContext(t.ctx, `SELECT EXISTS (SELECT 1 FROM alert_tags WHERE alert_num = ? AND tag = ?)`, found[0].num, t.step.Tag).Scan(&has); err != nil {
			return nil, err
		}
		if has == (t.step.Verb == soc.VerbTag) {
			return nil, t.refuseTag()
		}
	}
	if len(found) == 0 {
		return nil, t.refuseTag()
	}
	return found, nil
}

// retag gives the alerts of an action the tag, or takes it; their groups' as well, if they
// were meant as a whole.
func (t *triage) retag(verb soc.Verb, tag string, groups []int64) error {
	alerts := `INSERT INTO alert_tags (alert_num, tag) SELECT alert_num, ? FROM action_alerts WHERE action_num = ? ON CONFLICT DO NOTHING`
	group := `INSERT INTO group_tags (group_num, tag) VALUES (?, ?) ON CONFLICT DO NOTHING`
	if verb == soc.VerbUntag {
		alerts = `DELETE FROM alert_tags WHERE tag = ? AND alert_num IN (SELECT alert_num FROM action_alerts WHERE action_num = ?)`
		group = `DELETE FROM group_tags WHERE group_num = ? AND tag = ?`
	}
	if _, err := t.tx.ExecContext(t.ctx, alerts, tag, t.num); err != nil {
		return err
	}
	args := make([][]any, len(groups))
	for i, num := range groups {
		args[i] = []any{num, tag}
	}
	return execEach(t.ctx, t.tx, group, args)
}

// tagAlerts writes the tags that people gave into alerts that were read.
func (s *Store) tagAlerts(ctx context.Context, db queryer, alerts []soc.StoredAlert) error {
	ids := make([][]byte, len(alerts))
	at := make(map[soc.AlertID]int, len(alerts))
	for i := range alerts {
		ids[i], at[alerts[i].ID] = alerts[i].ID[:], i
	}
	return s.readTags(ctx, db, `SELECT alerts.id, alert_tags.tag FROM alerts JOIN alert_tags ON alert_tags.alert_num = alerts.num WHERE alerts.id`, `alert_tags.tag`, ids, func(id []byte, tag string) {
		i := at[soc.AlertID(id)]
		alerts[i].PeopleTags = append(alerts[i].PeopleTags, tag)
	})
}

// tagGroups does so for groups.
func (s *Store) tagGroups(ctx context.Context, db queryer, groups []soc.Group) error {
	ids := make([][]byte, len(groups))
	at := make(map[soc.GroupID]int, len(groups))
	for i := range groups {
		ids[i], at[groups[i].ID] = groups[i].ID[:], i
	}
	return s.readTags(ctx, db, `SELECT alert_groups.id, group_tags.tag FROM alert_groups JOIN group_tags ON group_tags.group_num = alert_groups.num WHERE alert_groups.id`, `group_tags.tag`, ids, func(id []byte, tag string) {
		i := at[soc.GroupID(id)]
		groups[i].Tags = append(groups[i].Tags, tag)
	})
}

func (s *Store) readTags(ctx context.Context, db queryer, text, order string, ids [][]byte, each func(id []byte, tag string)) error {
	if len(ids) == 0 {
		return nil
	}
	is, args := s.db.oneOf(ids)
	rows, err := db.QueryContext(ctx, text+is+` ORDER BY `+order, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var id []byte
		var tag string
		if err := rows.Scan(&id, &tag); err != nil {
			return err
		}
		each(id, tag)
	}
	return rows.Err()
}

// tagged adds to a condition on tags of sensors those that people gave.
func (c compiler) tagged(t *query.Term, sensors cond) (cond, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT DISTINCT tag FROM alert_tags`)
	if err != nil {
		return cond{}, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var args []any
	for rows.Next() {
		var tag string
		if err := rows.Scan(&tag); err != nil {
			return cond{}, err
		}
		if t.Field == query.Has || t.MatchWord(tag) {
			args = append(args, tag)
		}
	}
	if err := rows.Err(); err != nil || len(args) == 0 {
		return sensors, err
	}
	people := cond{sql: `(alerts.num IN (SELECT alert_num FROM alert_tags WHERE tag IN (?` + strings.Repeat(`, ?`, len(args)-1) + `)))`, args: args}
	if sensors.lookup == nil && sensors.sql == "" {
		return people, nil
	}
	joined := c.join(query.Or, []cond{people, sensors})
	joined.wide = false // what people have tagged is not looked for one by one
	return joined, nil
}

// tagFed does so for entries of the feed.
func (s *Store) tagFed(ctx context.Context, db queryer, fed []soc.Fed) error {
	alerts := make([]soc.StoredAlert, len(fed))
	for i := range fed {
		alerts[i].ID = fed[i].Alert.ID
	}
	// An alert that changed twice stands there twice: both are told of its tags.
	at := map[soc.AlertID][]string{}
	unique := alerts[:0]
	for _, a := range alerts {
		if _, ok := at[a.ID]; !ok {
			at[a.ID] = nil
			unique = append(unique, a)
		}
	}
	if err := s.tagAlerts(ctx, db, unique); err != nil {
		return err
	}
	for _, a := range unique {
		at[a.ID] = a.PeopleTags
	}
	for i := range fed {
		fed[i].Alert.PeopleTags = at[fed[i].Alert.ID]
	}
	return nil
}
