package store

import (
	"net/netip"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// scopeSQL keeps the alerts that the scope may see. It always has a condition.
func scopeSQL(scope soc.Scope) (where []string, args []any) {
	return scopeOfSQL(`alerts.client_num`, scope)
}

// scopeOfSQL keeps the rows whose client the scope may see.
func scopeOfSQL(column string, scope soc.Scope) (where []string, args []any) {
	if scope.All() {
		return []string{`1 = 1`}, nil
	}
	args = []any{""}
	for _, id := range scope.Clients() {
		args = append(args, string(id))
	}
	return []string{column + ` IN (SELECT num FROM clients WHERE id IN (?` + strings.Repeat(`, ?`, len(args)-1) + `))`}, args
}

// querySQL says in SQL what query.Match says in Go.
func querySQL(d dialect, q query.Query) (where []string, args []any) {
	for _, term := range q.Terms {
		w, a := termSQL(d, term)
		where, args = append(where, w), append(args, a...)
	}
	return where, args
}

func termSQL(d dialect, t query.Term) (string, []any) {
	switch t.Field {
	case query.Client:
		return `alerts.client_num IN (SELECT num FROM clients WHERE name_key = ?)`, []any{query.ClientKey(t.Word)}
	case query.Severity:
		return `alerts.severity ` + string(t.Op) + ` ?`, []any{t.Severity}
	case query.RuleID:
		return `alerts.rule_num IN (SELECT num FROM rules WHERE id = ?)`, []any{t.Word}
	case query.Source:
		return prefixSQL(`alerts.src`, t.Prefix)
	case query.Destination:
		return prefixSQL(`alerts.dst`, t.Prefix)
	case query.After:
		return `alerts.sort_key >= ?`, []any{firstKey(t.Time)}
	case query.Before:
		return `alerts.sort_key < ?`, []any{firstKey(t.Time)}
	case query.Text:
		return d.matchText(t.Tokens, t.Whole)
	}
	return `1 = 0`, nil
}

// firstKey is the smallest sort key of a time.
func firstKey(t time.Time) []byte {
	ms := min(max(t.UnixMilli(), 0), 1<<48-1)
	key := make([]byte, len(soc.SortKey{}))
	for i := range 6 {
		key[i] = byte(ms >> (8 * (5 - i)))
	}
	return key
}

// prefixSQL keeps the addresses of a network: a range, since IPv4 is stored mapped.
func prefixSQL(column string, prefix netip.Prefix) (string, []any) {
	first := prefix.Masked().Addr()
	bits := prefix.Bits()
	if first.Is4() {
		bits += 96
	}
	low := first.As16()
	high := low
	for i := bits; i < 128; i++ {
		high[i/8] |= 0x80 >> (i % 8)
	}
	if low == high {
		return column + ` = ?`, []any{low[:]}
	}
	condition, args := column+` BETWEEN ? AND ?`, []any{low[:], high[:]}
	if !first.Is4() && bits < 96 { // ::/0 is every IPv6 address, not every mapped IPv4
		v4low, v4high := netip.MustParseAddr("0.0.0.0").As16(), netip.MustParseAddr("255.255.255.255").As16()
		condition += ` AND ` + column + ` NOT BETWEEN ? AND ?`
		args = append(args, v4low[:], v4high[:])
	}
	return condition, args
}
