package wazuh

import (
	"fmt"
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// ParseFinding turns a document of the indices wazuh-findings-v5-* into an alert: what
// Wazuh 5 has instead of alerts.json. Index and id are the document's own and make the
// alert's id; source is its _source, which becomes Raw as it is. False means that the
// document tells of no rule. It errs on a source that is no JSON object; any other
// oddity costs no more than the field that is odd.
//
// A finding about a Suricata alert stays Suricata's, as with Parse.
func ParseFinding(node soc.NodeID, index, id string, source []byte) (soc.Alert, bool, error) {
	object, err := field.Line(source)
	if err != nil {
		return soc.Alert{}, false, fmt.Errorf("read finding %s of %s: %w", id, index, err)
	}
	own := object.Get("wazuh")
	rule := own.Get("rule")
	if !rule.IsObject() {
		return soc.Alert{}, false, nil
	}
	level := word(rule.Get("level").Text())
	d := field.Details{}
	a, ofSuricata := passed(original(object))
	if ofSuricata {
		a.Severity = max(a.Severity, level)
		d.List = a.Details
		d.Add("wazuh rule", field.Clip(rule.Get("id").Text()+" "+title(rule), field.MaxText))
		passedOnFindings.Fill(&a, &d, object, nil)
	} else {
		a = soc.Alert{
			Severity: level,
			Rule:     soc.Rule{Engine: soc.EngineWazuh, ID: field.Clip(rule.Get("id").Text(), 64), Name: title(rule)},
			Category: category(own, index),
		}
		findings.Fill(&a, &d, object, nil)
	}
	a.Details = d.List
	// The document's own time comes first: it must be there for the indexer to page by.
	for _, clock := range []field.Value{object.Get("@timestamp"), object.Get("event", "created"), object.Get("event", "start")} {
		if a.EventTime.IsZero() {
			a.EventTime = clock.Time()
		}
	}
	a.Agent = reporter(own.Get("agent"))
	a.Tags = field.AddTags(a.Tags, rule.Get("tags").Texts()...)
	a.Tags = field.AddTags(a.Tags, object.Get("tags").Texts()...)
	if a.MITRE == nil {
		a.MITRE = attack(rule.Get("mitre"))
	}
	a.Raw = append(make([]byte, 0, len(source)), source...)
	a.ID = soc.NewAlertID(a.EventTime, node, []byte(index), []byte(id))
	return a, true, nil
}

// original is the event as the sensor wrote it, if that is JSON.
func original(object field.Value) field.Value {
	text := object.Get("event", "original").Whole()
	event, err := field.Line([]byte(text))
	if err != nil {
		return ""
	}
	return event
}

func title(rule field.Value) string {
	if text := rule.Get("title").Text(); text != "" {
		return text
	}
	return rule.Get("name").Text()
}

// word reads Wazuh 5's names of severities, which are ours.
func word(text string) soc.Severity {
	severity, err := soc.ParseSeverity(strings.ToLower(text))
	if err != nil {
		return soc.SeverityUnknown
	}
	return severity
}

// category is what the integration says of itself, or else what the index is for:
// "System Activity" of wazuh-findings-v5-system-activity.
func category(own field.Value, index string) string {
	if text := own.Get("integration", "category").Text(); text != "" {
		return text
	}
	_, after, found := strings.Cut(index, "wazuh-findings-v5-")
	if !found {
		return ""
	}
	name := strings.TrimRight(after, "0123456789")    // a data stream's files are numbered
	name = strings.ReplaceAll(name, "\x00", "\uFFFD") // no text of an alert holds one
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return field.Clip(strings.ToValidUTF8(strings.Join(words, " "), ""), 64)
}

func reporter(agent field.Value) *soc.Agent {
	found := soc.Agent{ID: agent.Get("id").Text(), Name: agent.Get("name").Text(), Address: agent.Get("host", "ip").Text()}
	if found == (soc.Agent{}) {
		return nil
	}
	return &found
}

// attack is mitre in the form of Wazuh 5, which keeps techniques and their parts apart.
func attack(object field.Value) *soc.MITRE {
	pair := func(key string) []soc.Technique {
		return field.Techniques(object.Get(key, "id").Texts(), object.Get(key, "name").Texts())
	}
	found := soc.MITRE{
		Tactics:    field.Tactics(object.Get("tactic", "id").Texts(), object.Get("tactic", "name").Texts()),
		Techniques: append(pair("technique"), pair("subtechnique")...),
	}
	if len(found.Tactics) == 0 && len(found.Techniques) == 0 {
		return nil
	}
	return &found
}
