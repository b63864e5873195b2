package suricata

import (
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// mitre is nil if the rule's author says nothing of ATT&CK in its metadata.
func (k *kept) mitre() *soc.MITRE {
	tactics := field.Tactics(k.at(tacticIDs).Texts(), spaced(k.at(tacticNames).Texts()))
	techniques := field.Techniques(k.at(techniqueIDs).Texts(), spaced(k.at(techniqueNames).Texts()))
	if len(tactics) == 0 && len(techniques) == 0 {
		return nil
	}
	return &soc.MITRE{Tactics: tactics, Techniques: techniques}
}

// spaced turns "Initial_Access", as rules must write it, into ATT&CK's own spelling.
func spaced(names []string) []string {
	for i := range names {
		names[i] = strings.ReplaceAll(names[i], "_", " ")
	}
	return names
}
