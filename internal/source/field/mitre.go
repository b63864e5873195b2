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
