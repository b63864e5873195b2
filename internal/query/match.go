package query

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/socme-project/socme/soc"
)

// Match says whether the query holds for the alert.
func (q Query) Match(alert *soc.StoredAlert) bool {
	if q.Root == nil {
		return true
	}
	s := subject{alert: alert}
	return q.Root.match(&s)
}

func (e *Expr) match(s *subject) bool {
	switch e.Join {
	case And:
		for i := range e.Of {
			if !e.Of[i].match(s) {
				return false
			}
		}
		return true
	case Or:
		for i := range e.Of {
			if e.Of[i].match(s) {
				return true
			}
		}
		return false
	case Not:
		return !e.Of[0].match(s)
	}
	return e.Term.match(s)
}

func (t *Term) match(s *subject) bool {
	a := s.alert
	switch t.Field {
	case Text:
		if s.text == "" {
			s.text = " " + AlertText(&a.Alert) + " "
		}
		return strings.Contains(s.text, t.Words.Needle())
	case Client:
		return t.MatchName(a.Client)
	case Node:
		return t.MatchName(a.Node)
	case RuleID:
		return t.MatchName(a.Rule.ID)
	case RuleName:
		if t.Op == Exact {
			return t.MatchName(a.Rule.Name)
		}
		return strings.Contains(WordsOf(a.Rule.Name), t.Words.Needle())
	case Owner:
		return a.Owner != "" && t.MatchName(a.Owner)
	case Severity:
		return t.Op.holds(int(a.Severity), int(t.Severity))
	case Source:
		return contains(t.Prefix, a.Source.Address)
	case Destination:
		return contains(t.Prefix, a.Destination.Address)
	case Address:
		return contains(t.Prefix, a.Source.Address) || contains(t.Prefix, a.Destination.Address)
	case SourcePort:
		return t.matchPort(a.Source.Port)
	case DestPort:
		return t.matchPort(a.Destination.Port)
	case Port:
		return t.matchPort(a.Source.Port) || t.matchPort(a.Destination.Port)
	case After:
		at := a.OrderTime()
		return !at.IsZero() && at.UnixMilli() >= t.Time.UnixMilli()
	case Before:
		at := a.OrderTime()
		return at.IsZero() || at.UnixMilli() < t.Time.UnixMilli()
	case StateOf:
		return t.matchState(a)
	case VerdictOf:
		return a.Verdict == t.Verdict
	case ID:
		return a.ID == t.ID
	case Has:
		return has(s, t.Has)
	}
	info, _ := Named(t.Field)
	return t.matchWords(info.words(s))
}

// MatchName holds a term of KindName against the one value that there is.
func (t *Term) MatchName(value string) bool {
	if t.Op == Exact {
		return t.Pattern[0] == value
	}
	return t.Pattern.Fold().Match(Fold(value))
}

// MatchWord holds a term of KindWord against one value.
func (t *Term) MatchWord(value string) bool { return t.matchWords([]string{value}) }

func (t *Term) matchWords(values []string) bool {
	if len(values) == 0 {
		return false
	}
	if t.Op == Exact {
		p := t.Pattern.clean()
		return slices.ContainsFunc(values, func(v string) bool { v = Clean(v); return v != "" && p.Match(v) })
	}
	p := t.Pattern.Fold()
	return slices.ContainsFunc(values, func(v string) bool { v = Fold(v); return v != "" && p.Match(v) })
}

func (t *Term) matchPort(port uint16) bool {
	return port != 0 && t.Op.holds(int(port), int(t.Port))
}

func (t *Term) matchState(a *soc.StoredAlert) bool {
	switch t.State {
	case Mine:
		return a.Owner != "" && strings.EqualFold(a.Owner, t.User)
	case Unclaimed:
		return a.Owner == ""
	case Demo:
		return a.Demo
	case Open:
		return a.State == soc.AlertOpen || a.State == ""
	}
	return a.State == soc.AlertState(t.State)
}

func has(s *subject, field Field) bool {
	a := s.alert
	switch field {
	case Source:
		return a.Source.Address.IsValid()
	case Destination:
		return a.Destination.Address.IsValid()
	case Address:
		return a.Source.Address.IsValid() || a.Destination.Address.IsValid()
	case SourcePort:
		return a.Source.Port != 0
	case DestPort:
		return a.Destination.Port != 0
	case Port:
		return a.Source.Port != 0 || a.Destination.Port != 0
	case Owner:
		return a.Owner != ""
	case VerdictOf:
		return a.Verdict != soc.VerdictNone
	}
	info, _ := Named(field)
	return info.words != nil && slices.ContainsFunc(info.words(s), func(v string) bool { return Clean(v) != "" })
}

// ClientKey is what names of clients are compared by: two that differ only in case
// are one.
func ClientKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func (o Op) holds(got, want int) bool {
	switch o {
	case Is, Exact:
		return got == want
	case Above:
		return got > want
	case AboveOrEqual:
		return got >= want
	case Below:
		return got < want
	case BelowOrEqual:
		return got <= want
	}
	return false
}

func contains(prefix netip.Prefix, addr netip.Addr) bool {
	return addr.IsValid() && prefix.Contains(addr.Unmap().WithZone(""))
}
