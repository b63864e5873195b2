package query

import (
	"net/netip"
	"strings"

	"github.com/socme-project/socme/soc"
)

// Match says whether every term holds for the alert.
func (q Query) Match(alert *soc.StoredAlert) bool {
	text := ""
	for _, term := range q.Terms {
		if term.Field == Text && text == "" {
			text = " " + AlertText(&alert.Alert) + " "
		}
		if !term.match(alert, text) {
			return false
		}
	}
	return true
}

func (t Term) match(alert *soc.StoredAlert, text string) bool {
	switch t.Field {
	case Client:
		return strings.EqualFold(alert.Client, t.Word)
	case Severity:
		return t.Op.holds(int(alert.Severity), int(t.Severity))
	case RuleID:
		return alert.Rule.ID == t.Word
	case Source:
		return contains(t.Prefix, alert.Source.Address)
	case Destination:
		return contains(t.Prefix, alert.Destination.Address)
	case After:
		return !alert.EventTime.IsZero() && alert.EventTime.UnixMilli() >= t.Time.UnixMilli()
	case Before:
		return alert.EventTime.IsZero() || alert.EventTime.UnixMilli() < t.Time.UnixMilli()
	case Text:
		return strings.Contains(text, t.textNeedle())
	}
	return false
}

func (t Term) textNeedle() string {
	needle := " " + strings.Join(t.Tokens, " ")
	if t.Whole {
		needle += " "
	}
	return needle
}

func (o Op) holds(got, want int) bool {
	switch o {
	case Equal:
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

// maxText bounds AlertText, in bytes: no rule's name makes one alert cost a thousand.
const maxText = 8 << 10

// AlertText is the text of an alert that words and phrases are looked for in: tokens
// joined by single spaces, at most 8 KiB of them. Raw is not part of it. It is what
// the store indexes, so that the database and Match agree.
func AlertText(a *soc.Alert) string {
	var b strings.Builder
	add := func(texts ...string) {
		for _, text := range texts {
			for _, token := range Tokens(text) {
				if b.Len()+len(token) >= maxText {
					return
				}
				if b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(token)
			}
		}
	}
	add(a.Rule.Name, a.Rule.ID, a.Category, a.Application)
	for _, side := range []soc.Endpoint{a.Source, a.Destination} {
		if side.Address.IsValid() {
			add(side.Address.String())
		}
		add(side.Host, side.User)
	}
	if a.Agent != nil {
		add(a.Agent.Name, a.Agent.Address)
	}
	if a.MITRE != nil {
		for _, technique := range a.MITRE.Techniques {
			add(technique.ID, technique.Name)
		}
	}
	add(a.Tags...)
	for _, detail := range a.Details {
		add(detail.Value)
	}
	return b.String()
}
