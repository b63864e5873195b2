package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/socme-project/socme/soc"
)

// maxText bounds AlertText, in bytes: no alert's text makes one row cost a thousand.
const maxText = 4 << 10

// AlertText is the text of an alert that words and phrases are looked for in: tokens
// joined by single spaces, at most 4 KiB of them. Raw is not part of it. It is what
// the store indexes, so that the database and Match agree.
func AlertText(a *soc.Alert) string {
	t := text{b: make([]byte, 0, 512)}
	t.add(a.Rule.Name)
	t.add(a.Rule.ID)
	t.add(a.Category)
	t.add(a.Application)
	for _, side := range []*soc.Endpoint{&a.Source, &a.Destination} {
		if side.Address.IsValid() {
			t.add(side.Address.String())
		}
		t.add(side.Host)
		t.add(side.User)
	}
	if a.Agent != nil {
		t.add(a.Agent.Name)
		t.add(a.Agent.Address)
	}
	if a.MITRE != nil {
		for _, technique := range a.MITRE.Techniques {
			t.add(technique.ID)
			t.add(technique.Name)
		}
	}
	for _, tag := range a.Tags {
		t.add(tag)
	}
	if a.File != nil {
		for _, word := range []string{a.File.Path, a.File.SHA256, a.File.SHA1, a.File.MD5} {
			t.add(word)
		}
	}
	if a.Process != nil {
		for _, word := range []string{a.Process.Path, a.Process.Command, a.Process.Parent, a.Process.ParentCommand} {
			t.add(word)
		}
	}
	for _, detail := range a.Details {
		if strings.ContainsFunc(detail.Value, unicode.IsLetter) { // nobody looks for a count of bytes
			t.add(detail.Value)
		}
	}
	return string(t.b)
}

// Tokens folds text into what words and phrases are compared by: letters and digits
// in lower case, everything else separates.
func Tokens(s string) []string {
	var t text
	t.add(s)
	return strings.Fields(string(t.b))
}

// WordsOf is Tokens in the form that words are looked for in: " a b c ".
func WordsOf(s string) string { return " " + strings.Join(Tokens(s), " ") + " " }

// text gathers tokens.
type text struct{ b []byte }

func (t *text) add(s string) {
	separate := true
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			separate = true
			continue
		}
		if separate && len(t.b) > 0 {
			t.b = append(t.b, ' ')
		}
		separate = false
		if len(t.b) >= maxText {
			return
		}
		t.b = utf8.AppendRune(t.b, unicode.ToLower(r))
	}
}
