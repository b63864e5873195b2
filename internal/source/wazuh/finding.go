package wazuh

import (
	"fmt"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// ParseFinding turns a document of a findings index of Wazuh 5 into an alert; false
// means that it names no rule. Index and id are the document's: they are what makes
// it itself. It errs on a document that is no JSON object.
func ParseFinding(node soc.NodeID, index, id string, source []byte) (soc.Alert, bool, error) {
	object, err := field.Line(source)
	if err != nil {
		return soc.Alert{}, false, fmt.Errorf("read a finding: %w", err)
	}
	rule := object.Get("wazuh", "rule")
	if !rule.IsObject() {
		return soc.Alert{}, false, nil
	}
	a := soc.Alert{
		Rule:      soc.Rule{Engine: soc.EngineWazuh, ID: field.Clip(rule.Get("id").Text(), 64), Name: rule.Get("title").Text()},
		EventTime: object.Get("@timestamp").Time(),
		Raw:       append(make([]byte, 0, len(source)), source...),
	}
	a.Severity, _ = soc.ParseSeverity(rule.Get("level").Text())
	a.ID = soc.NewAlertID(a.EventTime, node, []byte(index), []byte(id))
	return a, true, nil
}
