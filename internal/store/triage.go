package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Step is what somebody does to one alert, to a group, or to all that a filter finds.
type Step struct {
	Verb    soc.Verb
	Verdict soc.Verdict // of VerbResolve
	Owner   string      // the user's id or name, of VerbAssign
	Text    string      // a comment, or the reason; at most TextMost bytes
	Tag     string      // of VerbTag and VerbUntag
	// Internal keeps a comment from viewers of named clients. Nil keeps it from them if
	// whoever writes it may see all clients.
	Internal *bool

	Alert *soc.AlertID
	Group *soc.GroupID
	Query *query.Query
	As    string // Query as it was written
	// Groups says that Query asks for groups: the step is done to all alerts of each.
	Groups bool

	// AsOf bounds a group or filter to the alerts that were there when it was shown: see
	// Matches. 0 is all.
	AsOf int64
}

// The bounds of a step.
const (
	TextMost = 8192
	// StepMost is how many alerts one step may change.
	StepMost = 100_000
	// fedOneByOne is how many changed alerts streams are told of one by one; of more they
	// are told to read again.
	fedOneByOne = 500
)

// Act takes a step, whole or not at all, and writes it into the timelines and the audit.
// One that does not fit is a *soc.StepError. Of a group or filter it changes those alerts
// that it fits.
func (s *Store) Act(ctx context.Context, scope soc.Scope, step Step) (soc.Action, []soc.Fed, error) {
	if scope.Who() == "" {
		return soc.Action{}, nil, soc.ErrForbidden
	}
	err := step.check()
	if err == nil && tags(step.Verb) {
		step.Tag, err = cleanTag(step.Tag)
	}
	if err != nil {
		return soc.Action{}, nil, err
	}
	var t triage
	err = s.tx(ctx, func(g *gorm.DB, tx *sql.Tx) error {
		t = triage{Store: s, ctx: ctx, g: g, tx: tx, scope: scope, step: step, now: s.now().UTC().Truncate(time.Millisecond)}
		return t.run()
	})
	if err != nil {
		return soc.Action{}, nil, fmt.Errorf("%s: %w", step.Verb, err)
	}
	return t.action, t.fed, nil
}

func (s *Step) check() error {
	targets := 0
	for _, there := range []bool{s.Alert != nil, s.Group != nil, s.Query != nil} {
		if there {
			targets++
		}
	}
	switch {
	case targets != 1:
		return fmt.Errorf("%w: name one alert, one group, or a filter", soc.ErrInvalid)
	case !slices.Contains(append(soc.Verbs(), soc.VerbComment, soc.VerbTag, soc.VerbUntag), s.Verb):
		return fmt.Errorf("%w: %q is nothing that can be done to an alert", soc.ErrInvalid, s.Verb)
	case s.Verb == soc.VerbResolve && s.Verdict == soc.VerdictNone:
		return fmt.Errorf("%w: to resolve an alert say what it was: true-positive, false-positive, benign or expected", soc.ErrInvalid)
	case s.Verb != soc.VerbResolve && s.Verdict != soc.VerdictNone:
		return fmt.Errorf("%w: only resolve takes a verdict", soc.ErrInvalid)
	case s.Verb == soc.VerbComment && strings.TrimSpace(s.Text) == "":
		return fmt.Errorf("%w: the comment is empty", soc.ErrInvalid)
	case s.Verb == soc.VerbComment && s.Query != nil:
		return fmt.Errorf("%w: comment on an alert or on a group", soc.ErrInvalid)
	case s.Verb != soc.VerbComment && s.Internal != nil:
		return fmt.Errorf("%w: only a comment is internal, or not", soc.ErrInvalid)
	case tags(s.Verb) == (s.Tag == ""):
		return fmt.Errorf("%w: to tag an alert, or to take a tag away, name the tag; nothing else takes one", soc.ErrInvalid)
	case len(s.Text) > TextMost:
		return fmt.Errorf("%w: the text has %d bytes, at most %d are kept", soc.ErrInvalid, len(s.Text), TextMost)
	}
	return nil
}

// triage is one step inside its transaction.
type triage struct {
	*Store
	ctx   context.Context //nolint:containedctx // lives no longer than the call that made it
	g     *gorm.DB
	tx    *sql.Tx
	scope soc.Scope
	step  Step
	now   time.Time

	num    int64 // of the action
	user   *int64
	owner  *int64 // whom alerts are given to
	group  *int64
	action soc.Action
	fed    []soc.Fed
}

// touched is an alert that a step may change, as it is before.
type touched struct {
	num, group, client, rule int64
	state, verdict           int
	owner                    *int64
	resolvedMS               int64
	resolution               string
}

func (t *triage) run() error {
	// Steps take their number first: whoever has the counter's row acts alone, and sees
	// what was done before.
	var err error
	if t.num, err = take(t.ctx, t.tx, "action", 1); err != nil {
		return err
	}
	if err := t.people(); err != nil {
		return err
	}
	found, err := t.targets()
	if err != nil {
		return err
	}
	if t.step.Verb == soc.VerbComment {
		return t.comment(found)
	}
	fits, err := t.fitting(found)
	if err != nil {
		return err
	}
	t.action.Alerts = int64(len(fits))
	if err := t.save(fits); err != nil {
		return err
	}
	if err := t.change(fits); err != nil {
		return err
	}
	return t.tell(fits)
}

// people finds who acts, and whom alerts are given to.
func (t *triage) people() error {
	actor := t.scope.Actor()
	t.action = soc.Action{
		ID: soc.NewID(), Time: t.now, Who: actor.Name, Verb: t.step.Verb, Verdict: t.step.Verdict,
		Text: strings.TrimSpace(t.step.Text), Query: t.step.As, Group: t.step.Group, OfGroups: t.step.Groups, Tag: t.step.Tag,
	}
	if actor.Kind == soc.ActorUser && actor.ID != "" {
		if err := t.tx.QueryRowContext(t.ctx, `SELECT num FROM users WHERE id = ?`, actor.ID).Scan(&t.user); err != nil {
			return notFound(err)
		}
	}
	switch t.step.Verb {
	case soc.VerbClaim:
		if t.user == nil {
			return fmt.Errorf("%w: only somebody who is signed in can claim; a token can assign", soc.ErrInvalid)
		}
		t.owner, t.action.Owner = t.user, actor.Name
	case soc.VerbAssign:
		var role string
		err := t.tx.QueryRowContext(t.ctx, `SELECT num, name, role FROM users WHERE (id = ? OR name_key = ?) AND disabled_ms = 0`, t.step.Owner, strings.ToLower(t.step.Owner)).Scan(&t.owner, &t.action.Owner, &role)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("%w: there is no user %q to assign to", soc.ErrInvalid, t.step.Owner)
		}
		if err == nil && !soc.Role(role).Reaches(soc.RoleAnalyst) {
			return fmt.Errorf("%w: %s is a viewer: alerts are given to analysts and admins", soc.ErrInvalid, t.action.Owner)
		}
		return err
	}
	return nil
}

const touchedSelect = `SELECT alerts.num, COALESCE(alerts.group_num, 0), alerts.client_num, alerts.rule_num, alerts.state, alerts.verdict, alerts.owner_num, alerts.resolved_ms, alerts.resolution FROM alerts`

// targets finds what the step is done to, as far as the scope sees it.
func (t *triage) targets() ([]touched, error) {
	where, args := scopeSQL(t.scope)
	switch {
	case t.step.Alert != nil:
		where, args = append(where, `alerts.id = ?`), append(args, t.step.Alert[:])
	case t.step.Group != nil:
		var group int64
		in, inArgs := scopeOfSQL(`alert_groups.client_num`, t.scope)
		// A delivery that brings alerts of the group comes whole before the step, or after it.
		err := t.tx.QueryRowContext(t.ctx, `SELECT num FROM alert_groups WHERE id = ? AND `+strings.Join(in, ` AND `)+t.db.forUpdate(`alert_groups`), append([]any{t.step.Group[:]}, inArgs...)...).Scan(&group)
		if err != nil {
			return nil, notFound(err)
		}
		t.group = &group
		where, args = append(where, `alerts.group_num = ?`), append(args, group)
		if t.step.Verb == soc.VerbComment {
			return nil, nil // it stands at the group
		}
	case t.step.Groups:
		in, inArgs, err := t.inGroups(t.ctx, t.tx, t.scope, *t.step.Query, t.step.AsOf)
		if err != nil {
			return nil, err
		}
		where, args = append(where, in), append(args, inArgs...)
	default:
		w, a, err := t.whereSQL(t.ctx, t.tx, *t.step.Query)
		if err != nil {
			return nil, err
		}
		where, args = append(where, w...), append(args, a...)
	}
	if t.step.AsOf > 0 && t.step.Alert == nil {
		where, args = append(where, `alerts.num <= ?`), append(args, t.step.AsOf)
	}
	if t.step.Alert == nil { // of very many, those that the step fits are looked for
		w, a := fittingSQL(t.step.Verb)
		where, args = append(where, w), append(args, a...)
	}
	if tags(t.step.Verb) && t.step.Alert == nil {
		w, a := taggedSQL(&t.step)
		where, args = append(where, w), append(args, a...)
	}
	rows, err := t.tx.QueryContext(t.ctx, touchedSelect+` WHERE `+strings.Join(where, ` AND `)+` LIMIT ?`, append(args, StepMost+1)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var found []touched
	for rows.Next() {
		var a touched
		if err := rows.Scan(&a.num, &a.group, &a.client, &a.rule, &a.state, &a.verdict, &a.owner, &a.resolvedMS, &a.resolution); err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(found) > StepMost {
		return nil, fmt.Errorf("%w: the filter finds more than %d alerts; narrow it, for example by after: or before: and a time", soc.ErrInvalid, StepMost)
	}
	if len(found) == 0 && t.step.Alert != nil {
		return nil, soc.ErrNotFound
	}
	return found, nil
}

// fittingSQL keeps the alerts in whose state the verb may begin.
func fittingSQL(verb soc.Verb) (string, []any) {
	var args []any
	for num := stateOpen; num < len(states); num++ {
		if _, ok := verb.Next(states[num]); ok {
			args = append(args, num)
		}
	}
	return `alerts.state IN (?` + strings.Repeat(`, ?`, len(args)-1) + `)`, args
}

// fitting keeps the alerts that the step fits, and says why if that is none.
func (t *triage) fitting(found []touched) ([]touched, error) {
	if tags(t.step.Verb) {
		return t.fittingTag(found)
	}
	var fits []touched
	var taken *touched
	for i := range found {
		a := &found[i]
		if _, ok := t.step.Verb.Next(stateOf(a.state)); !ok {
			continue
		}
		if t.step.Verb == soc.VerbClaim && a.owner != nil && *a.owner != *t.user {
			taken = a
			continue
		}
		fits = append(fits, *a)
	}
	if taken != nil && t.step.Query == nil { // somebody was first
		return nil, t.refuse(taken.num, taken.state, taken.owner)
	}
	if len(fits) > 0 {
		return fits, nil
	}
	switch {
	case t.step.Alert != nil:
		return nil, t.refuse(found[0].num, found[0].state, nil)
	case t.group != nil:
		var state int
		var last int64
		err := t.tx.QueryRowContext(t.ctx, `SELECT state, COALESCE((SELECT MAX(num) FROM alerts WHERE group_num = alert_groups.num), 0) FROM alert_groups WHERE num = ?`, *t.group).Scan(&state, &last)
		if err != nil {
			return nil, err
		}
		return nil, t.refuse(last, state, nil)
	}
	return nil, fmt.Errorf("%w: none of the alerts that the filter finds is in a state in which one can %s it", soc.ErrConflict, t.step.Verb)
}

// refuse says what an alert is already, and who made it so.
func (t *triage) refuse(num int64, state int, owner *int64) error {
	refusal := &soc.StepError{Verb: t.step.Verb, State: stateOf(state)}
	if owner != nil {
		if err := t.tx.QueryRowContext(t.ctx, `SELECT name FROM users WHERE num = ?`, *owner).Scan(&refusal.Owner); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	last, err := actionsOf(t.ctx, t.tx, `action_alerts JOIN actions ON actions.num = action_alerts.action_num WHERE action_alerts.alert_num = ? AND actions.verb <> 'comment' AND actions.undone_ms = 0`, 1, num)
	if err != nil {
		return err
	}
	if len(last) > 0 {
		refusal.Last = last[0]
	}
	return refusal
}

// comment writes a text beside an alert or a group, and for whom it mentions.
func (t *triage) comment(on []touched) error {
	t.action.Alerts = int64(len(on))
	t.action.Internal = t.scope.All()
	if t.step.Internal != nil {
		t.action.Internal = *t.step.Internal
	}
	if err := t.save(on); err != nil {
		return err
	}
	return t.record()
}

// save writes the action, and what its alerts were before.
func (t *triage) save(alerts []touched) error {
	mentioned, err := t.mentioned()
	if err != nil {
		return err
	}
	names := ""
	if len(t.action.Mentions) > 0 {
		text, err := json.Marshal(t.action.Mentions)
		if err != nil {
			return err
		}
		names = string(text)
	}
	a := &t.action
	_, err = t.tx.ExecContext(t.ctx, `INSERT INTO actions (num, id, at_ms, user_num, who, verb, verdict, owner, text, mentions, query, group_num, alerts, of_groups, tag, internal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.num, a.ID, a.Time.UnixMilli(), t.user, a.Who, string(a.Verb), int(a.Verdict), a.Owner, a.Text, names, a.Query, t.group, a.Alerts, a.OfGroups, a.Tag, a.Internal)
	if err != nil {
		return err
	}
	for _, user := range mentioned {
		if _, err := t.tx.ExecContext(t.ctx, `INSERT INTO mentions (user_num, action_num) VALUES (?, ?)`, user, t.num); err != nil {
			return err
		}
	}
	args := make([]any, 0, len(alerts)*t.bulks.actionAlerts.width())
	for _, alert := range alerts {
		args = append(args, alert.num, t.num, alert.state, alert.verdict, alert.owner, alert.resolvedMS, alert.resolution)
	}
	return t.bulks.actionAlerts.add(t.ctx, t.tx, args)
}
