package query

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/socme-project/socme/soc"
)

// The full-text index of an alert holds the words of AlertText, and beside them one
// token for each value of a field. Such a token is the field's name, a sign that no word
// has, and the value; so a field costs no index of its own, and a condition on several
// fields is one search:
//
//	host=web-1                the value, as it is
//	host:web-1                the folded value, where that is another
//	host<1-bew                the folded value backwards, of fields with Ends
//	has=host                  there is a value
//	src4=0a src4=0a01 …       an IPv4 address by its networks of 8, 16, 24 and 32 bits
//	dport=01bb                a port
//	severity#4 client#17      what has a number; the store adds those that it knows
//
// A token holds no white space, and no capital letter of ASCII: ^ stands before what was
// one. So an index whose tokens are separated by spaces has nothing to decide.

// maxKey bounds the value in a token, in bytes; a longer one ends with a hash of itself.
const (
	maxKey     = 200
	maxKeyHead = 180
)

// AlertTokens are the tokens of an alert's fields, joined by single spaces. They hold
// nothing that the core alone knows, and not the severity, which may change.
func AlertTokens(a *soc.Alert) string {
	s := subject{alert: &soc.StoredAlert{Alert: *a}}
	t := tokens{b: make([]byte, 0, 1024)}
	for i := range table {
		if info := &table[i]; info.Kind == KindWord {
			t.words(info, info.words(&s))
		}
	}
	t.address(Source, a.Source.Address)
	t.address(Destination, a.Destination.Address)
	t.port(SourcePort, a.Source.Port)
	t.port(DestPort, a.Destination.Port)
	return string(t.b)
}

// NumberToken is the token of what the store has a number for.
func NumberToken(field Field, num int64) string {
	return string(field) + "#" + strconv.FormatInt(num, 10)
}

// tokens gathers.
type tokens struct{ b []byte }

func (t *tokens) add(token string) {
	if len(t.b) > 0 {
		t.b = append(t.b, ' ')
	}
	t.b = append(t.b, token...)
}

func (t *tokens) words(info *Info, values []string) {
	there := false
	for i, value := range values {
		clean := Clean(value)
		if clean == "" || slices.Contains(values[:i], value) {
			continue
		}
		there = true
		folded := strings.ToLower(clean)
		t.add(wordToken(info.Name, exactly, clean))
		if folded != clean {
			t.add(wordToken(info.Name, anyCase, folded))
		}
		if info.Ends {
			t.add(wordToken(info.Name, backwards, reverse(folded)))
		}
	}
	if there && info.mayLack() {
		t.add(hasToken(info.Name))
	}
}

func (t *tokens) address(field Field, addr netip.Addr) {
	if !addr.IsValid() {
		return
	}
	name, bytes, levels := networks(field, addr)
	for _, level := range append([]int{0}, levels...) {
		t.add(name + hex.EncodeToString(bytes[:level]))
	}
}

func (t *tokens) port(field Field, port uint16) {
	if port != 0 {
		t.add(portToken(field, port))
		t.add(hasToken(field))
	}
}

// The signs between a field's name and its value.
const (
	exactly   = "="
	anyCase   = ":"
	backwards = "<"
)

func wordToken(field Field, sign, value string) string {
	if len(value) > maxKey {
		sum := sha256.Sum256([]byte(value))
		head := maxKeyHead
		for !utf8.RuneStart(value[head]) {
			head--
		}
		value = value[:head] + "…" + hex.EncodeToString(sum[:8])
	}
	return string(field) + sign + escape(value)
}

// escape leaves neither spaces nor capitals, and keeps beginnings beginnings.
func escape(value string) string {
	if !strings.ContainsFunc(value, func(r rune) bool { return r == ' ' || r == '^' || r >= 'A' && r <= 'Z' }) {
		return value
	}
	b := make([]byte, 0, len(value)+8)
	for i := range len(value) {
		switch c := value[i]; {
		case c == ' ':
			b = append(b, '^', '_')
		case c == '^':
			b = append(b, '^', '^')
		case c >= 'A' && c <= 'Z':
			b = append(b, '^', c|0x20)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func hasToken(field Field) string { return "has=" + string(field) }

func portToken(field Field, port uint16) string { return fmt.Sprintf("%s=%04x", field, port) }

// networks are the lengths, in bytes, of the networks that an address is indexed by.
func networks(field Field, addr netip.Addr) (name string, bytes []byte, levels []int) {
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return string(field) + "4=", addr.AsSlice(), []int{1, 2, 3, 4}
	}
	return string(field) + "6=", addr.AsSlice(), []int{4, 6, 8, 16}
}
