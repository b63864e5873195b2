package wazuh

import (
	"fmt"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/soc"
)

// members are the top-level fields of an alert that the parser itself looks at. What
// else there is, a table takes.
type members struct {
	object                            field.Value
	timestamp, indexed                field.Value
	rule, agent, manager, id, cluster field.Value
	data, syscheck                    field.Value
}

// forwarded is Wazuh's rule for whatever Suricata alerted on.
const forwarded = "86601"

// rule is the rule object.
type rule struct{ level, id, description, groups, mitre field.Value }

// Parse turns a line of alerts.json into an alert, or the same alert as the indexer of
// Wazuh 4 holds it, with the same id; false means that the event has no rule, as those
// of archives.json have none. It errs on a line that is no JSON object; any other
// oddity costs no more than the field that is odd.
//
// A Suricata alert that came through Wazuh stays Suricata's: its own rule, severity
// and addresses, since Wazuh gives them all one rule of level 3.
func Parse(node soc.NodeID, line []byte) (soc.Alert, bool, error) {
	object, err := field.Line(line)
	if err != nil {
		return soc.Alert{}, false, fmt.Errorf("read a line of alerts.json: %w", err)
	}
	m := read(object)
	if !m.rule.IsObject() {
		return soc.Alert{}, false, nil
	}
	r := readRule(m.rule)
	a, ofSuricata := passed(m.data)
	if !ofSuricata {
		a = m.own(r)
	}
	m.common(&a, r)
	a.Raw = append(make([]byte, 0, len(line)), line...)
	a.ID = m.alertID(a, node)
	return a, true, nil
}

func read(object field.Value) *members {
	m := members{object: object}
	for key, value := range object.Members() {
		switch key {
		case "timestamp":
			m.timestamp = value
		case "@timestamp":
			m.indexed = value
		case "rule":
			m.rule = value
		case "agent":
			m.agent = value
		case "manager":
			m.manager = value
		case "id":
			m.id = value
		case "cluster":
			m.cluster = value
		case "data":
			m.data = value
		case "syscheck":
			m.syscheck = value
		}
	}
	return &m
}

func readRule(object field.Value) *rule {
	var r rule
	for key, value := range object.Members() {
		switch key {
		case "level":
			r.level = value
		case "id":
			r.id = value
		case "description":
			r.description = value
		case "groups":
			r.groups = value
		case "mitre":
			r.mitre = value
		}
	}
	return &r
}

// passed reads an event as Suricata wrote it, and says whether it is an alert that
// Wazuh has passed on.
func passed(event field.Value) (soc.Alert, bool) {
	a, is, err := suricata.Event(event)
	if err != nil || !is || a.Rule.ID == "" {
		return soc.Alert{}, false
	}
	a.Via = soc.EngineWazuh
	return a, true
}

// own is an alert of Wazuh's own rules.
func (m *members) own(r *rule) soc.Alert {
	return soc.Alert{
		Severity: severity(r.level),
		Rule:     soc.Rule{Engine: soc.EngineWazuh, ID: field.Clip(r.id.Text(), 64), Name: r.description.Text()},
	}
}

// common fills in what Wazuh says of every alert.
func (m *members) common(a *soc.Alert, r *rule) {
	for _, clock := range []field.Value{m.timestamp, m.indexed} {
		if a.EventTime.IsZero() {
			a.EventTime = clock.Time()
		}
	}
	a.Agent = m.agentOf()
	a.Tags = field.AddTags(a.Tags, r.groups.Texts()...)
	if a.MITRE == nil {
		a.MITRE = mitre(r.mitre)
	}
	d := field.Details{List: a.Details}
	switch {
	case a.Via != "":
		if r.id.Text() != forwarded { // somebody wrote a rule to raise it
			a.Severity = max(a.Severity, severity(r.level))
		}
		d.Add("wazuh rule", field.Clip(r.id.Text()+" "+r.description.Text(), field.MaxText))
		passedOn.Fill(a, &d, m.object, nil)
	case m.syscheck.Get("value_name") != "" || field.IsRegistry(m.syscheck.Get("path").Text()):
		registry.Fill(a, &d, m.object, nil)
	default:
		alerts.Fill(a, &d, m.object, nil)
	}
	a.Details = d.List
}

// alertID prefers the id that Wazuh gives, which is the same in the file and in the
// indexer, where the bytes are not. It is unique for one node of one cluster only.
func (m *members) alertID(a soc.Alert, node soc.NodeID) soc.AlertID {
	id := m.id.Text()
	if id == "" {
		return soc.NewAlertID(a.EventTime, node, a.Raw)
	}
	return soc.NewAlertID(a.EventTime, node,
		[]byte(m.manager.Get("name").Text()), []byte(m.cluster.Get("node").Text()), []byte(id))
}

func (m *members) agentOf() *soc.Agent {
	agent := soc.Agent{ID: m.agent.Get("id").Text(), Name: m.agent.Get("name").Text(), Address: m.agent.Get("ip").Text()}
	if agent == (soc.Agent{}) {
		return nil
	}
	return &agent
}

// severity maps a rule's level by the buckets of Wazuh's own dashboard.
func severity(level field.Value) soc.Severity {
	n, ok := level.Int()
	switch {
	case !ok:
		return soc.SeverityUnknown
	case n <= 6:
		return soc.SeverityLow
	case n <= 11:
		return soc.SeverityMedium
	case n <= 14:
		return soc.SeverityHigh
	}
	return soc.SeverityCritical
}

func mitre(object field.Value) *soc.MITRE {
	found := soc.MITRE{
		Tactics:    object.Get("tactic").Texts(),
		Techniques: field.Techniques(object.Get("id").Texts(), object.Get("technique").Texts()),
	}
	if len(found.Tactics) == 0 && len(found.Techniques) == 0 {
		return nil
	}
	return &found
}
