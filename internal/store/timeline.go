package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/socme-project/socme/soc"
)

// timelineMost bounds what a timeline shows.
const timelineMost = 500

// Timeline is what people and machines did to an alert, and what was said about its
// group; the newest first, at most 500. It is never nil. With it comes whose alert it is.
func (s *Store) Timeline(ctx context.Context, scope soc.Scope, id soc.AlertID) ([]soc.Action, soc.NamedClient, error) {
	alert, err := s.Alert(ctx, scope, id)
	if err != nil {
		return nil, soc.NamedClient{}, err
	}
	db, err := s.read.DB()
	if err != nil {
		return nil, soc.NamedClient{}, err
	}
	found, err := actionsOf(ctx, db, `actions WHERE `+readBy(scope)+` AND (actions.num IN (SELECT action_num FROM action_alerts WHERE alert_num = (SELECT num FROM alerts WHERE id = ?))
		OR actions.verb = 'comment' AND actions.group_num = (SELECT group_num FROM alerts WHERE id = ?))`, timelineMost, alert.ID[:], alert.ID[:])
	if err != nil {
		return nil, soc.NamedClient{}, fmt.Errorf("timeline of alert %s: %w", id, err)
	}
	return found, soc.NamedClient{ID: alert.ClientID, Name: alert.Client}, nil
}

// GroupTimeline is what people and machines did to a group as a whole, the newest first,
// at most 500. It is never nil. With it comes whose group it is.
func (s *Store) GroupTimeline(ctx context.Context, scope soc.Scope, id soc.GroupID) ([]soc.Action, soc.NamedClient, error) {
	group, err := s.Group(ctx, scope, id)
	if err != nil {
		return nil, soc.NamedClient{}, err
	}
	db, err := s.read.DB()
	if err != nil {
		return nil, soc.NamedClient{}, err
	}
	found, err := actionsOf(ctx, db, `actions WHERE `+readBy(scope)+` AND (actions.group_num = (SELECT num FROM alert_groups WHERE id = ?)
		OR actions.num IN (SELECT action_num FROM action_alerts JOIN alerts ON alerts.num = action_alerts.alert_num
			WHERE alerts.group_num = (SELECT num FROM alert_groups WHERE id = ?)))`, timelineMost, id[:], id[:])
	if err != nil {
		return nil, soc.NamedClient{}, fmt.Errorf("timeline of group %s: %w", id, err)
	}
	return found, soc.NamedClient{ID: group.ClientID, Name: group.Client}, nil
}

// Mentioned lists the comments that mention the user who asks, the newest first, at most
// 500. Those about alerts that are out of scope are left out. It is never nil.
func (s *Store) Mentioned(ctx context.Context, scope soc.Scope) ([]soc.Action, error) {
	db, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	where, args := scopeOfSQL(`client_num`, scope)
	found, err := actionsOf(ctx, db, `actions JOIN mentions ON mentions.action_num = actions.num JOIN users ON users.num = mentions.user_num
		WHERE users.id = ? AND `+readBy(scope)+` AND (actions.group_num IN (SELECT num FROM alert_groups WHERE `+where[0]+`)
			OR actions.num IN (SELECT action_num FROM action_alerts JOIN alerts ON alerts.num = action_alerts.alert_num WHERE `+where[0]+`))`,
		timelineMost, append(append([]any{scope.Actor().ID}, args...), args...)...)
	if err != nil {
		return nil, fmt.Errorf("mentions: %w", err)
	}
	return found, nil
}

// readBy keeps the actions that the scope may read. Viewers of named clients are the
// clients' own people: they do not get what the SOC's people write to each other.
func readBy(scope soc.Scope) string {
	if !scope.All() && !scope.Role().Reaches(soc.RoleAnalyst) {
		return `NOT actions.internal`
	}
	return `1 = 1`
}

// actionsOf reads actions, the newest first. from is what follows FROM.
func actionsOf(ctx context.Context, db queryer, from string, limit int, args ...any) ([]soc.Action, error) {
	rows, err := db.QueryContext(ctx, `SELECT actions.id, actions.at_ms, actions.who, actions.verb, actions.verdict, actions.owner, actions.text, actions.mentions, actions.query,
		actions.alerts, actions.undone_ms, actions.of_groups, actions.tag, actions.internal, (SELECT id FROM alert_groups WHERE alert_groups.num = actions.group_num) FROM `+from+` ORDER BY actions.num DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := []soc.Action{}
	for rows.Next() {
		var a soc.Action
		var at, undone int64
		var group []byte
		var mentions string
		if err := rows.Scan(&a.ID, &at, &a.Who, &a.Verb, &a.Verdict, &a.Owner, &a.Text, &mentions, &a.Query, &a.Alerts, &undone, &a.OfGroups, &a.Tag, &a.Internal, &group); err != nil {
			return nil, err
		}
		a.Time, a.Undone = fromMS(at), undone != 0
		if len(group) == len(soc.GroupID{}) {
			id := soc.GroupID(group)
			a.Group = &id
		}
		if mentions != "" {
			if err := json.Unmarshal([]byte(mentions), &a.Mentions); err != nil {
				return nil, err
			}
		}
		found = append(found, a)
	}
	return found, rows.Err()
}

// Matches is what a filter finds, for a step on all of it.
type Matches struct {
	Alerts int64 `json:"alerts" doc:"how many it would change; at most 100,001, which means more than a step may change"`
	Groups int64 `json:"groups" doc:"of how many groups they are"`
	AsOf   int64 `json:"as_of" doc:"give it back with the step: what came since is left alone"`
}

// Matches counts what a step would change: its verb, query, whether that asks for groups,
// and the number up to which alerts were shown.
func (s *Store) Matches(ctx context.Context, scope soc.Scope, step Step) (Matches, error) {
	m := Matches{AsOf: step.AsOf}
	db, err := s.read.DB()
	if err == nil && tags(step.Verb) {
		step.Tag, err = cleanTag(step.Tag)
	}
	if err == nil && m.AsOf == 0 {
		m.AsOf, err = s.Newest(ctx, scope)
	}
	if err != nil {
		return m, err
	}
	where, args := scopeSQL(scope)
	if step.Groups {
		in, a, groupsErr := s.inGroups(ctx, db, scope, *step.Query, step.AsOf)
		where, args, err = append(where, in), append(args, a...), groupsErr
	} else {
		w, a, filterErr := s.whereSQL(ctx, db, *step.Query)
		where, args, err = append(where, w...), append(args, a...), filterErr
	}
	if err == nil {
		fits, fitArgs := fittingSQL(step.Verb)
		where, args = append(where, fits, `alerts.num <= ?`), append(append(args, fitArgs...), m.AsOf)
		if tags(step.Verb) {
			w, a := taggedSQL(&step)
			where, args = append(where, w), append(args, a...)
		}
		err = db.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(DISTINCT group_num) FROM (SELECT group_num FROM alerts WHERE `+strings.Join(where, ` AND `)+` LIMIT ?) AS found`,
			append(args, StepMost+1)...).Scan(&m.Alerts, &m.Groups)
	}
	if err != nil {
		return m, fmt.Errorf("count what the filter finds: %w", err)
	}
	return m, nil
}

// Newest is the number of the newest alert of all clients: what Step.AsOf takes.
func (s *Store) Newest(ctx context.Context, scope soc.Scope) (int64, error) {
	if scope.Who() == "" {
		return 0, soc.ErrForbidden
	}
	var n int64
	if err := s.read.WithContext(ctx).Raw(`SELECT COALESCE(MAX(num), 0) FROM alerts`).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("number of the newest alert: %w", err)
	}
	return n, nil
}

// notFound turns no row into soc.ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return soc.ErrNotFound
	}
	return err
}
