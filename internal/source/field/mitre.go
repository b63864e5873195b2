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

// Tactics are called as ATT&CK calls those ids, so that what the one sensor calls
// Persistence is not TA0003 or persistence of the other; else by their names, or ids.
func Tactics(ids, names []string) []string {
	if len(names) > len(ids) {
		return names
	}
	var found []string
	for i, id := range ids {
		name, known := tactics[id]
		switch {
		case known:
		case len(names) == len(ids):
			name = names[i]
		default:
			name = id
		}
		found = append(found, name)
	}
	return found
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
