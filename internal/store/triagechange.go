package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/socme-project/socme/soc"
)

// change makes the alerts what the step says, and counts them where they are then.
func (t *triage) change(alerts []touched) error {
	if tags(t.step.Verb) {
		var groups []int64
		if t.group != nil || t.step.Groups {
			groups = groupsOf(alerts)
		}
		return t.retag(t.step.Verb, t.step.Tag, groups)
	}
	set, args := `state = ?`, []any{}
	switch t.step.Verb {
	case soc.VerbAcknowledge:
		args = append(args, stateAcknowledged)
	case soc.VerbEscalate:
		args = append(args, stateEscalated)
	case soc.VerbResolve:
		set += `, verdict = ?, resolved_ms = ?, resolution = ?`
		args = append(args, stateResolved, int(t.step.Verdict), t.now.UnixMilli(), t.action.Text)
	case soc.VerbReopen:
		set += `, verdict = 0, resolved_ms = 0, resolution = ''`
		args = append(args, stateOpen)
	default:
		set, args = `owner_num = ?`, append(args, t.owner)
	}
	_, err := t.tx.ExecContext(t.ctx, `UPDATE alerts SET `+set+` WHERE num IN (SELECT alert_num FROM action_alerts WHERE action_num = ?)`, append(args, t.num)...) //nolint:gosec // the columns are ours
	if err != nil {
		return err
	}
	if t.group != nil && givesOwner(t.step.Verb) {
		if _, err := t.tx.ExecContext(t.ctx, `UPDATE alert_groups SET owner_num = ? WHERE num = ?`, t.owner, *t.group); err != nil {
			return err
		}
	}
	if t.step.Groups && givesOwner(t.step.Verb) {
		is, nums := t.db.oneOfNums(groupsOf(alerts))
		_, err := t.tx.ExecContext(t.ctx, `UPDATE alert_groups SET owner_num = ? WHERE num`+is+` AND (? OR owner_num IS NULL)`, //nolint:gosec // question marks only
			append(append([]any{t.owner}, nums...), t.step.Verb != soc.VerbClaim)...)
		if err != nil {
			return err
		}
	}
	moves := moves{}
	for i := range alerts {
		a := &alerts[i]
		next, _ := t.step.Verb.Next(stateOf(a.state))
		verdict := a.verdict
		switch t.step.Verb {
		case soc.VerbResolve:
			verdict = int(t.step.Verdict)
		case soc.VerbReopen:
			verdict = 0
		}
		moves.add(a, stateNum(next), verdict)
	}
	return t.saveMoves(moves)
}

// givesOwner says that a step by the verb makes alerts somebody's, or nobody's.
func givesOwner(verb soc.Verb) bool {
	return verb == soc.VerbClaim || verb == soc.VerbAssign || verb == soc.VerbRelease
}

// groupsOf lists the groups of alerts, each once and in order.
func groupsOf(alerts []touched) []int64 {
	nums := make([]int64, 0, len(alerts))
	for i := range alerts {
		nums = append(nums, alerts[i].group)
	}
	slices.Sort(nums)
	return slices.Compact(nums)
}

// moves gathers what a step changes in counts: how many alerts of a group went to or
// from each state, and of a rule and client to or from each verdict.
type moves struct {
	groups   map[int64]*[len(states)]int64
	outcomes map[outcomeKey]int64
}

type outcomeKey struct {
	rule, client int64
	verdict      int
}

func (k outcomeKey) compare(l outcomeKey) int {
	return cmp.Or(cmp.Compare(k.rule, l.rule), cmp.Compare(k.client, l.client), cmp.Compare(k.verdict, l.verdict))
}

func (m *moves) add(a *touched, state, verdict int) {
	if m.groups == nil {
		m.groups, m.outcomes = map[int64]*[len(states)]int64{}, map[outcomeKey]int64{}
	}
	if a.state != state && a.group != 0 {
		counts := m.groups[a.group]
		if counts == nil {
			counts = &[len(states)]int64{}
			m.groups[a.group] = counts
		}
		counts[a.state]--
		counts[state]++
	}
	if a.verdict != verdict {
		if a.verdict != 0 {
			m.outcomes[outcomeKey{a.rule, a.client, a.verdict}]--
		}
		if verdict != 0 {
			m.outcomes[outcomeKey{a.rule, a.client, verdict}]++
		}
	}
}

func (t *triage) saveMoves(m moves) error {
	// Of very many groups most change alike: those share a statement.
	alike := map[[len(states)]int64][]int64{}
	groups := slices.Sorted(maps.Keys(m.groups))
	for _, group := range groups {
		alike[*m.groups[group]] = append(alike[*m.groups[group]], group)
	}
	for n, groups := range alike {
		is, nums := t.db.oneOfNums(groups)
		_, err := t.tx.ExecContext(t.ctx, `UPDATE alert_groups SET open = open + ?, acknowledged = acknowledged + ?, escalated = escalated + ? WHERE num`+is, //nolint:gosec // question marks only
			append([]any{n[stateOpen], n[stateAcknowledged], n[stateEscalated]}, nums...)...)
		if err != nil {
			return fmt.Errorf("change the counts of groups: %w", err)
		}
	}
	if len(groups) > 0 {
		is, nums := t.db.oneOfNums(groups)
		if _, err := t.tx.ExecContext(t.ctx, `UPDATE alert_groups SET state = `+groupState+` WHERE num`+is, nums...); err != nil { //nolint:gosec // question marks only
			return fmt.Errorf("change the state of groups: %w", err)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(m.outcomes), outcomeKey.compare) {
		n := m.outcomes[key]
		_, err := t.tx.ExecContext(t.ctx, `INSERT INTO rollup_outcome (rule_num, client_num, verdict, count, last_ms, last_who) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (rule_num, client_num, verdict) DO UPDATE SET count = rollup_outcome.count + excluded.count, last_ms = excluded.last_ms, last_who = excluded.last_who`,
			key.rule, key.client, key.verdict, n, t.now.UnixMilli(), t.action.Who)
		if err != nil {
			return fmt.Errorf("count the verdicts: %w", err)
		}
	}
	return nil
}

// tell feeds streams with the alerts as they are now, and writes the audit.
func (t *triage) tell(alerts []touched) error {
	if err := t.stream(alerts); err != nil {
		return err
	}
	return t.record()
}

func (t *triage) stream(alerts []touched) error {
	if len(alerts) > fedOneByOne {
		err := t.db.announce(t.ctx, t.tx, t.name)
		var pos int64
		if err == nil {
			pos, err = take(t.ctx, t.tx, "feed", 1)
		}
		if err == nil {
			_, err = t.tx.ExecContext(t.ctx, `INSERT INTO feed (pos, alert_num, at_ms) VALUES (?, 0, ?)`, pos, t.now.UnixMilli())
		}
		t.fed = append(t.fed, soc.Fed{Pos: pos, Reset: true})
		return err
	}
	told := make([]news, len(alerts))
	for i, a := range alerts {
		var err error
		if told[i], err = changedAlert(t.ctx, t.tx, a.num); err != nil {
			return err
		}
	}
	fed := make([]soc.Fed, len(told))
	for i := range told {
		fed[i].Alert = told[i].alert
	}
	if err := t.tagFed(t.ctx, t.tx, fed); err != nil {
		return err
	}
	for i := range told {
		told[i].alert.PeopleTags = fed[i].Alert.PeopleTags
	}
	var err error
	t.fed, err = t.feed(t.ctx, t.tx, told, t.now)
	return err
}

// record writes the one record of the audit.
func (t *triage) record() error {
	target := soc.AuditTarget{}
	noun := "alert"
	switch {
	case t.step.Alert != nil:
		target.ID = t.step.Alert.String()
	case t.step.Group != nil:
		noun, target.ID = "group", t.step.Group.String()
	case t.step.Groups:
		noun, target.Name = "groups", t.action.Query
	default:
		noun, target.Name = "filter", t.action.Query
	}
	return t.audit(t.g, t.scope, change{verb: string(t.action.Verb), noun: noun, target: target, after: t.action})
}
