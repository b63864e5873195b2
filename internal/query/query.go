// Package query owns the query language: it parses text into a Query, and says
// whether a Query matches an alert. The store turns the same Query into SQL. It
// imports nothing of ours but soc and touches neither clock nor database.
//
// In its first form a query is terms joined by AND:
//
//	client:acme severity>=high rule:86601 src:10.0.0.0/8 dst:198.51.100.9
//	after:-24h before:2026-01-01 word "a phrase"
package query

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/socme-project/socme/soc"
)

// MaxLength bounds the text of a query, in bytes.
const MaxLength = 4096

// Query is terms that must all match. The zero Query matches every alert.
type Query struct {
	Terms []Term
}

// Field is what a term looks at.
type Field string

// The fields. Text is a word or phrase without a field.
const (
	Client      Field = "client"
	Severity    Field = "severity"
	RuleID      Field = "rule"
	Source      Field = "src"
	Destination Field = "dst"
	After       Field = "after"
	Before      Field = "before"
	Text        Field = ""
)

// Fields lists the names that may stand before an operator.
func Fields() []Field {
	return []Field{Client, Severity, RuleID, Source, Destination, After, Before}
}

// Op compares.
type Op string

// The operators. Every field knows Equal; severity knows them all.
const (
	Equal        Op = "="
	Above        Op = ">"
	AboveOrEqual Op = ">="
	Below        Op = "<"
	BelowOrEqual Op = "<="
)

// Term is one condition. Which of the values is set depends on Field.
type Term struct {
	Field    Field
	Op       Op
	Word     string       // Client, RuleID: as written
	Severity soc.Severity // Severity
	Prefix   netip.Prefix // Source, Destination: an address is its longest prefix
	Time     time.Time    // After (inclusive), Before (exclusive)
	Tokens   []string     // Text: in order, beside each other
	Whole    bool         // Text: the last token is whole, not a beginning
}

// Error says where a query is wrong, and what would be right. It is soc.ErrInvalid.
type Error struct {
	Column  int    // from 1, in characters
	Value   string // the term as written
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("query, column %d: %s", e.Column, e.Message) }

// Unwrap makes it soc.ErrInvalid.
func (e *Error) Unwrap() error { return soc.ErrInvalid }

// Parse reads a query; now is what relative times count from. Its error is an *Error.
func Parse(text string, now time.Time) (Query, error) {
	var q Query
	if len(text) > MaxLength {
		return q, &Error{Column: 1, Message: fmt.Sprintf("a query may have %d bytes, this one has %d", MaxLength, len(text))}
	}
	s := scanner{text: []rune(text)}
	for {
		raw, ok, err := s.next()
		if err != nil {
			return Query{}, err
		}
		if !ok {
			return q, nil
		}
		term, keep, err := raw.term(now)
		if err != nil {
			return Query{}, err
		}
		if keep {
			q.Terms = append(q.Terms, term)
		}
	}
}

// rawTerm is a term before its value is understood.
type rawTerm struct {
	column int
	field  string
	op     string
	value  string
	quoted bool
	text   string // all of it, as written
}

func (r rawTerm) fail(format string, args ...any) error {
	return &Error{Column: r.column, Value: r.text, Message: fmt.Sprintf(format, args...)}
}

func (r rawTerm) term(now time.Time) (Term, bool, error) {
	if r.op == "" {
		tokens := Tokens(r.value)
		// Signs alone ("-", "::") hold nothing to look for.
		return Term{Field: Text, Op: Equal, Tokens: tokens, Whole: r.quoted}, len(tokens) > 0, nil
	}
	term := Term{Field: Field(r.field), Op: Op(r.op)}
	if r.op == ":" {
		term.Op = Equal
	}
	if !slices.Contains(Fields(), term.Field) {
		return term, false, r.fail("there is no field %q%s", r.field, suggestion(r.field))
	}
	if term.Op != Equal && term.Field != Severity {
		return term, false, r.fail("%s knows only %s:…; %s is for severity", r.field, r.field, r.op)
	}
	if r.value == "" {
		return term, false, r.fail("%s%s lacks its value", r.field, r.op)
	}
	err := term.read(r, now)
	return term, err == nil, err
}

func (t *Term) read(r rawTerm, now time.Time) error {
	var err error
	switch t.Field {
	case Client, RuleID:
		t.Word = r.value
	case Severity:
		if t.Severity, err = soc.ParseSeverity(strings.ToLower(r.value)); err != nil {
			return r.fail("%q is no severity; use informational, low, medium, high, critical or unknown", r.value)
		}
	case Source, Destination:
		if t.Prefix, err = parsePrefix(r.value); err != nil {
			return r.fail("%q is neither an address (10.0.0.5) nor a network (10.0.0.0/8)", r.value)
		}
	case After, Before:
		if t.Time, err = parseTime(r.value, now); err != nil {
			return r.fail("%q is no time; write -24h, -7d, 2026-01-31 or 2026-01-31T14:00:00Z", r.value)
		}
	}
	return nil
}

// parsePrefix takes an address or a network, IPv4 or IPv6.
func parsePrefix(value string) (netip.Prefix, error) {
	if strings.Contains(value, "/") {
		prefix, err := netip.ParsePrefix(value)
		return prefix.Masked(), err
	}
	addr, err := netip.ParseAddr(value)
	if err != nil {
		return netip.Prefix{}, err
	}
	addr = addr.Unmap().WithZone("")
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// parseTime takes -24h, -7d, a date or RFC 3339; what names no zone is UTC.
func parseTime(value string, now time.Time) (time.Time, error) {
	if back, ok := strings.CutPrefix(value, "-"); ok {
		if days, ok := strings.CutSuffix(back, "d"); ok {
			n, err := strconv.ParseUint(days, 10, 16)
			return now.Add(-time.Duration(n) * 24 * time.Hour), err
		}
		d, err := time.ParseDuration(back)
		if err == nil && d < 0 {
			err = strconv.ErrRange
		}
		return now.Add(-d), err
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.RFC3339, value)
	return t.UTC(), err
}

// suggestion names the field that was probably meant.
func suggestion(field string) string {
	for _, f := range Fields() {
		name := string(f)
		if len(field) >= 2 && (strings.HasPrefix(name, field) || strings.HasPrefix(field, name)) {
			return fmt.Sprintf("; did you mean %s:?", name)
		}
	}
	for other, f := range map[string]Field{"source": Source, "destination": Destination, "dest": Destination, "level": Severity, "since": After, "until": Before, "signature": RuleID, "ip": Source} {
		if field == other {
			return fmt.Sprintf("; did you mean %s:?", f)
		}
	}
	return "; there are client, severity, rule, src, dst, after and before. Quote it to search for the text"
}

// Tokens folds text into what words and phrases are compared by: letters and digits
// in lower case, everything else separates.
func Tokens(s string) []string {
	var t text
	t.add(s)
	return strings.Fields(string(t.b))
}
