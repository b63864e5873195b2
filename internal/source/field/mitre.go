package field

import "github.com/socme-project/socme/soc"

// Techniques pairs ids with names, which both sensors write as two lists. Names are
// only taken where there are as many as ids, since otherwise nobody knows whose they
// are; without ids, names stand alone.
func Techniques(ids, names []string) []soc.Technique {
	var techniques []soc.Technique
	for i, id := range ids {
		technique := soc.Technique{ID: id}
		if len(names) == len(ids) {
			technique.Name = names[i]
		}
		techniques = append(techniques, technique)
	}
	if len(ids) == 0 {
		for _, name := range names {
			techniques = append(techniques, soc.Technique{Name: name})
		}
	}
	return techniques
}

// Tactics are the names, or, where a sensor has but ids, the names of those: what the
// one sensor calls Persistence must not be TA0003 of the other.
func Tactics(ids, names []string) []string {
	if len(names) > 0 {
		return names
	}
	for _, id := range ids {
		name, found := tactics[id]
		if !found {
			name = id
		}
		names = append(names, name)
	}
	return names
}

// tactics of ATT&CK for enterprises.
var tactics = map[string]string{
	"TA0001": "Initial Access",
	"TA0002": "Execution",
	"TA0003": "Persistence",
	"TA0004": "Privilege Escalation",
	"TA0005": "Defense Evasion",
	"TA0006": "Credential Access",
	"TA0007": "Discovery",
	"TA0008": "Lateral Movement",
	"TA0009": "Collection",
	"TA0010": "Exfiltration",
	"TA0011": "Command and Control",
	"TA0040": "Impact",
	"TA0042": "Resource Development",
	"TA0043": "Reconnaissance",
}
