package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/soc"
)

// Undo takes back a step within soc.UndoFor, for who took it. Alerts that somebody has
// touched since stay as they are: the action tells how many it gave back.
func (s *Store) Undo(ctx context.Context, scope soc.Scope, id string) (soc.Action, []soc.Fed, error) {
	if scope.Who() == "" {
		return soc.Action{}, nil, soc.ErrForbidden
	}
	var t triage
	err := s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		t = triage{Store: s, ctx: ctx, g: g, tx: tx, scope: scope, step: Step{Verb: soc.VerbUndo}, now: s.now().UTC().Truncate(time.Millisecond)}
		return t.undo(id)
	})
	if err != nil {
		return soc.Action{}, nil, fmt.Errorf("undo %s: %w", id, err)
	}
	return t.action, t.fed, nil
}

func (t *triage) undo(id string) error {
	var err error
	if t.num, err = take(t.ctx, t.tx, "action", 1); err != nil {
		return err
	}
	if err := t.people(); err != nil {
		return err
	}
	var undone, num int64
	var user *int64
	found, err := actionsOf(t.ctx, t.tx, `actions WHERE actions.id = ?`, 1, id)
	if err == nil && len(found) == 0 {
		err = soc.ErrNotFound
	}
	if err == nil {
		err = t.tx.QueryRowContext(t.ctx, `SELECT num, user_num, undone_ms, group_num FROM actions WHERE id = ?`, id).Scan(&num, &user, &undone, &t.group)
	}
	if err != nil {
		return err
	}
	was := found[0]
	switch {
	case t.user == nil && was.Who != t.action.Who || t.user != nil && (user == nil || *user != *t.user):
		return soc.ErrNotFound // what others did is not theirs to take back, nor to probe
	case undone != 0:
		return fmt.Errorf("%w: it has been taken back already", soc.ErrConflict)
	case was.Verb == soc.VerbComment || was.Verb == soc.VerbUndo:
		return fmt.Errorf("%w: a %s cannot be taken back", soc.ErrInvalid, was.Verb)
	case t.now.Sub(was.Time) > soc.UndoFor:
		return fmt.Errorf("%w: it was done more than %s ago; reopen or reassign instead", soc.ErrConflict, soc.UndoFor)
	}
	alerts, before, err := t.untouched(num)
	if err != nil {
		return err
	}
	t.action.Text, t.action.Alerts, t.action.Group, t.action.Query, t.action.OfGroups = string(was.Verb), int64(len(alerts)), was.Group, was.Query, was.OfGroups
	t.action.Tag = was.Tag
	if err := t.save(alerts); err != nil {
		return err
	}
	if _, err := t.tx.ExecContext(t.ctx, `UPDATE actions SET undone_ms = ? WHERE num = ?`, t.now.UnixMilli(), num); err != nil {
		return err
	}
	if err := t.giveBack(num, was, alerts, before); err != nil {
		return err
	}
	if err := t.stream(alerts); err != nil {
		return err
	}
	return t.audit(t.g, t.scope, change{verb: "undo", noun: "action", target: soc.AuditTarget{ID: id}, after: t.action})
}

// untouched finds the alerts of an action that nothing has happened to since: as they
// are, and as they were before it.
func (t *triage) untouched(action int64) (now, before []touched, err error) {
	rows, err := t.tx.QueryContext(t.ctx, `SELECT alerts.num, COALESCE(alerts.group_num, 0), alerts.client_num, alerts.rule_num, alerts.state, alerts.verdict, alerts.owner_num,
		alerts.resolved_ms, alerts.resolution, a.state, a.verdict, a.owner_num, a.resolved_ms, a.resolution
		FROM action_alerts a JOIN alerts ON alerts.num = a.alert_num
		WHERE a.action_num = ? AND NOT EXISTS (SELECT 1 FROM action_alerts later JOIN actions ON actions.num = later.action_num
			WHERE later.alert_num = a.alert_num AND later.action_num > a.action_num AND actions.verb <> 'comment')`, action)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var a touched
		var b touched
		if err := rows.Scan(&a.num, &a.group, &a.client, &a.rule, &a.state, &a.verdict, &a.owner, &a.resolvedMS, &a.resolution,
			&b.state, &b.verdict, &b.owner, &b.resolvedMS, &b.resolution); err != nil {
			return nil, nil, err
		}
		b.num = a.num
		now, before = append(now, a), append(before, b)
	}
	return now, before, rows.Err()
}

// giveBack makes alerts what they were before an action.
func (t *triage) giveBack(action int64, done soc.Action, now, before []touched) error {
	if tags(done.Verb) {
		var groups []int64
		if t.group != nil || done.OfGroups {
			groups = groupsOf(now)
		}
		opposite := map[soc.Verb]soc.Verb{soc.VerbTag: soc.VerbUntag, soc.VerbUntag: soc.VerbTag}
		return t.retag(opposite[done.Verb], done.Tag, groups)
	}
	_, err := t.tx.ExecContext(t.ctx, `UPDATE alerts SET state = was.state, verdict = was.verdict, owner_num = was.owner_num, resolved_ms = was.resolved_ms, resolution = was.resolution
		FROM action_alerts AS was WHERE was.action_num = ? AND was.alert_num = alerts.num AND alerts.num IN (SELECT alert_num FROM action_alerts WHERE action_num = ?)`, action, t.num)
	if err != nil {
		return err
	}
	if (t.group != nil || done.OfGroups) && givesOwner(done.Verb) {
		if err := t.giveGroupsBack(now, before); err != nil {
			return err
		}
	}
	moves := moves{}
	for i := range now {
		moves.add(&now[i], before[i].state, before[i].verdict)
	}
	return t.saveMoves(moves)
}

// giveGroupsBack makes groups whose they were: as one of their alerts was, unless somebody
// else has been given one since.
func (t *triage) giveGroupsBack(now, before []touched) error {
	seen := map[int64]bool{}
	for i := range now {
		group := now[i].group
		if seen[group] || group == 0 {
			continue
		}
		seen[group] = true
		_, err := t.tx.ExecContext(t.ctx, `UPDATE alert_groups SET owner_num = ? WHERE num = ? AND COALESCE(owner_num, 0) = ?`, before[i].owner, group, ownerOf(now[i].owner))
		if err != nil {
			return err
		}
	}
	return nil
}

// ownerOf is the number of an owner, 0 for nobody.
func ownerOf(owner *int64) int64 {
	if owner == nil {
		return 0
	}
	return *owner
}
