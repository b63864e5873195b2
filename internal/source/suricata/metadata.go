package suricata

import (
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// metadata is what a rule's author wrote into it: alert.metadata, an object whose
// values are arrays of text.
type metadata struct {
	severity                     string
	tacticIDs, tactics           []string
	techniqueIDs, techniqueNames []string
	tags                         []string
	others                       field.Details
}

func (m *metadata) read(object field.Value) {
	for name, value := range object.Members() {
		switch name {
		case "signature_severity":
			m.severity = value.Text()
			m.others.Add("signature severity", value.Joined())
		case "mitre_tactic_id":
			m.tacticIDs = value.Texts()
		case "mitre_tactic_name":
			m.tactics = spaced(value.Texts())
		case "mitre_technique_id":
			m.techniqueIDs = value.Texts()
		case "mitre_technique_name":
			m.techniqueNames = spaced(value.Texts())
		case "tag":
			m.tags = field.AddTags(m.tags, value.Texts()...)
		case "malware_family":
			m.tags = field.AddTags(m.tags, value.Texts()...)
			m.others.Add("malware family", value.Joined())
		default:
			m.others.Add(label(name), value.Joined())
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
	tactics := m.tactics
	if len(tactics) == 0 {
		tactics = m.tacticIDs
	}
	techniques := field.Techniques(m.techniqueIDs, m.techniqueNames)
	if len(tactics) == 0 && len(techniques) == 0 {
		return nil
	}
	return &soc.MITRE{Tactics: tactics, Techniques: techniques}
}

// label is a key of the metadata as people write it. Those that nearly every rule
// has are not made anew for each alert.
func label(key string) string {
	switch key {
	case "affected_product":
		return "affected product"
	case "attack_target":
		return "attack target"
	case "created_at":
		return "rule created"
	case "updated_at":
		return "rule updated"
	}
	return field.Clip(strings.ReplaceAll(key, "_", " "), 64)
}
