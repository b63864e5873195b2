package suricata

import (
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// metadata is what a rule's author wrote into it, as far as it has a place of its own
// in an alert: alert.metadata, an object whose values are arrays of text.
type metadata struct {
	severity                     string
	tacticIDs, tactics           []string
	techniqueIDs, techniqueNames []string
	tags                         []string
}

func (m *metadata) read(object field.Value) {
	for name, value := range object.Members() {
		switch name {
		case "signature_severity":
			m.severity = value.Text()
		case "mitre_tactic_id":
			m.tacticIDs = value.Texts()
		case "mitre_tactic_name":
			m.tactics = spaced(value.Texts())
		case "mitre_technique_id":
			m.techniqueIDs = value.Texts()
		case "mitre_technique_name":
			m.techniqueNames = spaced(value.Texts())
		case "tag", "malware_family":
			m.tags = field.AddTags(m.tags, value.Texts()...)
		}
	}
}

// spaced turns "Initial_Access", as rules must write it, into ATT&CK's own spelling.
func spaced(names []string) []string {
	for i := range names {
		names[i] = strings.ReplaceAll(names[i], "_", " ")
	}
	return names
}

// mitre is nil if the rule says nothing of ATT&CK.
func (m *metadata) mitre() *soc.MITRE {
	tactics := field.Tactics(m.tacticIDs, m.tactics)
	techniques := field.Techniques(m.techniqueIDs, m.techniqueNames)
	if len(tactics) == 0 && len(techniques) == 0 {
		return nil
	}
	return &soc.MITRE{Tactics: tactics, Techniques: techniques}
}
