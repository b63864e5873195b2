package query

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strings"

	"github.com/socme-project/socme/soc"
)

// Lookup is a condition on the tokens of the full-text index. It is joined as an Expr is.
type Lookup struct {
	Join  Join
	Of    []Lookup
	Words Words // of One
}

// Token is a lookup of one token.
func Token(token string) Lookup { return Lookup{Words: Words{Tokens: []string{token}}} }

func beginning(token string) Lookup {
	return Lookup{Words: Words{Tokens: []string{token}, Beginning: true}}
}

// AnyOf joins lookups by Or. None finds nothing.
func AnyOf(of ...Lookup) Lookup {
	if len(of) == 0 {
		return Token("#") // which no alert has
	}
	flat := make([]Lookup, 0, len(of))
	for _, l := range of {
		if l.Join == Or {
			flat = append(flat, l.Of...)
			continue
		}
		flat = append(flat, l)
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return Lookup{Join: Or, Of: flat}
}

// Wide says whether the lookup has a beginning: the index then gathers all tokens that
// begin so before it gives the first alert.
func (l *Lookup) Wide() bool {
	if l.Join == One {
		return l.Words.Beginning
	}
	for i := range l.Of {
		if l.Of[i].Wide() {
			return true
		}
	}
	return false
}

// Lookup is what the term means in the full-text index; false if that does not know.
func (t *Term) Lookup() (Lookup, bool) {
	if t.Field == Text {
		return Lookup{Words: t.Words}, true
	}
	info, _ := Named(t.Field)
	switch info.Kind {
	case KindWord:
		return t.wordLookup(), true
	case KindAddress:
		if t.Field == Address {
			return AnyOf(networkLookup(Source, t.Prefix), networkLookup(Destination, t.Prefix)), true
		}
		return networkLookup(t.Field, t.Prefix), true
	case KindPort:
		return t.portLookup()
	case KindSeverity:
		return t.severityLookup()
	case KindHas:
		return hasLookup(t.Has)
	}
	return Lookup{}, false
}

func (t *Term) wordLookup() Lookup {
	if t.Op == Exact {
		return Token(wordToken(t.Field, exactly, t.Pattern.clean()[0]))
	}
	p := t.Pattern.Fold()
	switch {
	case !p.Wild():
		return AnyOf(Token(wordToken(t.Field, exactly, p[0])), Token(wordToken(t.Field, anyCase, p[0])))
	case p[0] != "":
		return AnyOf(beginning(wordToken(t.Field, exactly, p[0])), beginning(wordToken(t.Field, anyCase, p[0])))
	}
	return beginning(wordToken(t.Field, backwards, reverse(p[1])))
}

// networkLookup finds a network by the next longer ones that are indexed, of which it
// holds at most 128; for IPv6 by how the longest begins.
func networkLookup(field Field, p netip.Prefix) Lookup {
	name, bytes, levels := networks(field, p.Addr())
	for _, level := range append([]int{0}, levels...) {
		if 8*level == p.Bits() {
			return Token(name + hex.EncodeToString(bytes[:level]))
		}
	}
	whole, rest := p.Bits()/8, p.Bits()%8
	if rest == 0 { // IPv6
		return beginning(name + hex.EncodeToString(bytes[:whole]))
	}
	var any []Lookup
	for last := int(bytes[whole]); last < int(bytes[whole])+1<<(8-rest); last++ {
		token := name + hex.EncodeToString(bytes[:whole]) + fmt.Sprintf("%02x", last)
		if p.Addr().Is4() {
			any = append(any, Token(token))
			continue
		}
		any = append(any, beginning(token))
	}
	return AnyOf(any...)
}

// portLookup finds a range of ports by how their four hexadecimal digits begin.
func (t *Term) portLookup() (Lookup, bool) {
	low, high := int(t.Port), int(t.Port)
	switch t.Op {
	case Above, AboveOrEqual:
		if t.Op == Above {
			low++
		}
		high = math.MaxUint16
	case Below, BelowOrEqual:
		if t.Op == Below {
			high--
		}
		low = 1
	}
	fields := []Field{t.Field}
	if t.Field == Port {
		fields = []Field{SourcePort, DestPort}
	}
	var any []Lookup
	for _, field := range fields {
		for first := low; first <= high; {
			size, digits := 1, 4
			for digits > 0 && first%(size*16) == 0 && first+size*16-1 <= high {
				size, digits = size*16, digits-1
			}
			token := string(field) + "=" + fmt.Sprintf("%04x", first)[:digits]
			if digits == 4 {
				any = append(any, Token(token))
			} else {
				any = append(any, beginning(token))
			}
			first += size
		}
	}
	return AnyOf(any...), true
}

func (t *Term) severityLookup() (Lookup, bool) {
	var any []Lookup
	for s := soc.SeverityUnknown; s <= soc.SeverityCritical; s++ {
		if t.Op.holds(int(s), int(t.Severity)) {
			any = append(any, Token(NumberToken(Severity, int64(s))))
		}
	}
	return AnyOf(any...), true
}

func hasLookup(field Field) (Lookup, bool) {
	sides := func(field Field) []Lookup {
		return []Lookup{Token(string(field) + "4="), Token(string(field) + "6=")}
	}
	switch info, _ := Named(field); {
	case field == Address:
		return AnyOf(append(sides(Source), sides(Destination)...)...), true
	case info.Kind == KindAddress:
		return AnyOf(sides(field)...), true
	case field == Port:
		return AnyOf(Token(hasToken(SourcePort)), Token(hasToken(DestPort))), true
	case info.Kind == KindWord || info.Kind == KindPort:
		return Token(hasToken(field)), true
	}
	return Lookup{}, false
}

// LikePattern writes a pattern for SQL's LIKE with \ as its escape.
func (p Pattern) LikePattern() string {
	escaped := make([]string, len(p))
	for i, part := range p {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part)
	}
	return strings.Join(escaped, "%")
}
