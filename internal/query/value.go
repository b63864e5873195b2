package query

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/socme-project/socme/soc"
)

// maxWild bounds the letters beside a wildcard, in bytes: the index holds no more of a
// long value.
const maxWild = 160

// info finds the field of a term, and checks its operator.
func (p *parser) info(x *lexeme) (Info, error) {
	info, ok := Named(x.field)
	if !ok {
		return info, x.fail("there is no field %q; %s", x.field, didYouMean(string(x.field)))
	}
	if ops := info.Ops(); !slices.Contains(ops, x.op) {
		if x.op == "=" || x.op == "!=" {
			return info, x.fail("%s knows only %s:…; put - before it for the opposite", x.field, x.field)
		}
		return info, x.fail("%s knows %s; %s is for severity and ports", x.field, strings.Join(ops, " "), x.op)
	}
	return info, nil
}

// read understands the value of a term.
func (p *parser) read(x *lexeme, v value) (Term, error) {
	if x.op == "" {
		return p.words(x, v)
	}
	info, err := p.info(x)
	if err != nil {
		return Term{}, err
	}
	t := Term{Field: info.Name, Op: Op(x.op)}
	if x.op == "!=" {
		t.Op = Is
	}
	at := *x // errors point at the value
	at.column = v.column
	if strings.TrimSpace(v.text) == "" {
		at.column = x.column
		return t, at.fail("%s%s lacks its value, such as %s", x.field, x.op, info.Example)
	}
	if t.Op == Exact && info.Kind != KindWord && info.Kind != KindName && info.Kind != KindText {
		t.Op = Is // there is but one way to write it
	}
	switch info.Kind {
	case KindWord, KindName:
		return t.readPattern(&at, &info, v)
	case KindText:
		if t.Op == Exact {
			t.Pattern = Pattern{v.text}
			return t, nil
		}
		w, err := p.words(&at, v)
		t.Words = w.Words
		return t, err
	}
	if v.pattern.Wild() && (info.Kind != KindAddress && info.Kind != KindPort || v.text != "*") {
		return t, at.fail("%s knows no wildcards", x.field)
	}
	return p.readOne(&at, &info, t, v)
}

// readOne understands a value that must be one of a kind.
func (p *parser) readOne(at *lexeme, info *Info, t Term, v value) (Term, error) {
	var err error
	word := strings.ToLower(strings.TrimSpace(v.text))
	if word == "*" {
		return Term{Field: Has, Op: Is, Has: info.Name}, nil
	}
	switch info.Kind {
	case KindSeverity:
		if t.Severity, err = soc.ParseSeverity(word); err != nil {
			return t, at.fail("%q is no severity; %s", v.text, oneOf(word, severities()))
		}
	case KindAddress:
		if t.Prefix, err = parsePrefix(word); err != nil {
			return t, at.fail("%q is neither an address (10.0.0.5) nor a network (10.0.0.0/8)", v.text)
		}
	case KindPort:
		port, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return t, at.fail("%q is no port: a number from 0 to 65535", v.text)
		}
		t.Port = uint16(port)
	case KindTime:
		if t.Time, err = parseTime(strings.TrimSpace(v.text), p.asker.Now); err != nil {
			return t, at.fail("%q is no time; write -24h, -7d, 2026-01-31 or 2026-01-31T14:00:00Z", v.text)
		}
	case KindState:
		t.State = State(word)
		if !slices.Contains(States(), t.State) {
			return t, at.fail("%q is no state; %s", v.text, oneOf(word, plain(States())))
		}
		if t.State == Mine {
			if t.User = p.asker.User; t.User == "" {
				return t, at.fail("is:mine needs somebody who is signed in; write owner:NAME")
			}
		}
	case KindVerdict:
		if t.Verdict, err = soc.ParseVerdict(strings.ReplaceAll(word, " ", "-")); err != nil || t.Verdict == soc.VerdictNone {
			return t, at.fail("%q is no verdict; %s", v.text, oneOf(word, verdicts()))
		}
	case KindID:
		if t.ID, err = soc.ParseAlertID(word); err != nil {
			return t, at.fail("%q is no id: 32 hexadecimal digits", v.text)
		}
	case KindHas:
		has, ok := Named(Field(word))
		if !ok || !has.mayLack() {
			return t, at.fail("has:%s cannot be asked for; %s", word, oneOf(word, plain(hasFields())))
		}
		t.Has = has.Name
	}
	return t, nil
}

// words reads words without a field, or those of a KindText.
func (p *parser) words(x *lexeme, v value) (Term, error) {
	t := Term{Op: Is}
	if x.op == "" && !v.quoted {
		if prefix, err := parsePrefix(v.text); err == nil {
			if strings.Contains(v.text, "/") {
				return Term{Field: Address, Op: Is, Prefix: prefix}, nil
			}
			v.pattern = Pattern{prefix.Addr().String()} // as AlertText writes it
		}
	}
	t.Words.Tokens = Tokens(v.pattern[0])
	if v.pattern.Wild() {
		if len(v.pattern) > 2 || v.pattern[1] != "" || v.pattern[0] == "" {
			return t, x.fail("a * may stand at the end of a word only; it is then how the word begins")
		}
		// "web-"* is what begins with web and a sign: the next word may be any.
		t.Words.Beginning = true
	}
	if len(t.Words.Tokens) == 0 {
		return t, x.fail("there is neither a letter nor a digit to look for")
	}
	return t, nil
}

// readPattern understands a value that may have wildcards.
func (t Term) readPattern(at *lexeme, info *Info, v value) (Term, error) {
	t.Pattern = v.pattern
	if t.Op == Exact {
		t.Pattern = Pattern{v.text} // a * is a *
		return t, nil
	}
	if !t.Pattern.Wild() || info.Kind == KindName {
		return t, nil
	}
	head, tail := t.Pattern[0], t.Pattern[len(t.Pattern)-1]
	switch {
	case len(t.Pattern) == 2 && head == "" && tail == "":
		if !info.mayLack() {
			return t, at.fail("every alert has %s", info.Name)
		}
		return Term{Field: Has, Op: Is, Has: info.Name}, nil
	case len(t.Pattern) > 2 || head != "" && tail != "":
		return t, at.fail("a * may stand at one end of %s; look for a word in the middle without a field", info.Name)
	case head == "" && !info.Ends:
		return t, at.fail("a * may stand at the end of %s, not at its beginning", info.Name)
	case len(head)+len(tail) > maxWild:
		return t, at.fail("beside a * there may be %d bytes", maxWild)
	case Fold(head+tail) == "":
		return t, at.fail("there is nothing beside the *")
	}
	return t, nil
}

func severities() []string {
	var words []string
	for s := soc.SeverityUnknown; s <= soc.SeverityCritical; s++ {
		words = append(words, s.String())
	}
	return words
}

func verdicts() []string {
	var words []string
	for _, v := range soc.Verdicts() {
		words = append(words, v.String())
	}
	return words
}

func plain[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// parsePrefix takes an address or a network, IPv4 or IPv6; a mapped IPv4 is IPv4.
func parsePrefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		prefix, err := netip.ParsePrefix(text)
		if err == nil && prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		return prefix.Masked(), err
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	addr = addr.Unmap().WithZone("")
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// parseTime takes now, -24h, -7d, a date or RFC 3339; what names no zone is UTC.
func parseTime(text string, now time.Time) (time.Time, error) {
	if strings.EqualFold(text, "now") {
		return now, nil
	}
	if back, ok := strings.CutPrefix(text, "-"); ok {
		d, err := parseSpan(back)
		return now.Add(-d), err
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC(), err
}

// parseSpan takes 90s, 5m, 24h, 7d, 2w, also one after another; at most 100 years.
func parseSpan(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': day, 'w': 7 * day}
	var sum time.Duration
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 || end > 9 {
			return 0, strconv.ErrSyntax
		}
		n, err := strconv.ParseInt(text[:end], 10, 64)
		unit := units[text[end]]
		const most = 36525 * day
		if err != nil || unit == 0 || time.Duration(n) > most/unit {
			return 0, strconv.ErrRange
		}
		if sum += time.Duration(n) * unit; sum > most {
			return 0, strconv.ErrRange
		}
		text = text[end+1:]
	}
	if sum == 0 {
		return 0, strconv.ErrSyntax
	}
	return sum, nil
}
