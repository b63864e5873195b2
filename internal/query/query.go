// Package query owns the query language: it parses text into a Query, says whether a
// Query matches an alert, and what of an alert is indexed. The store turns the same
// Query into SQL. It imports nothing of ours but soc and touches neither clock nor
// database.
//
// A query is terms, joined by AND (a space), OR, NOT (a minus) and parentheses:
//
//	client:acme severity>=high (rule:86* OR "brute force") -tag:scanner
//	src:10.0.0.0/8 dport!=443 after:-24h is:open
package query

import (
	"net/netip"
	"time"

	"github.com/socme-project/socme/soc"
)

// The bounds of a query.
const (
	MaxLength = 4096 // bytes of its text
	MaxTerms  = 100
	MaxDepth  = 20 // parentheses and negations inside each other
)

// Asker is who asks, and when.
type Asker struct {
	Now  time.Time // what relative times count from
	User string    // the name of who is signed in: what is:mine means; "" for nobody
}

// Query is a condition on alerts. The zero Query matches every alert.
type Query struct {
	Root *Expr // nil for no condition
}

// Join is how an expression joins those in it.
type Join int8

// The joins. One is a term, and joins nothing.
const (
	One Join = iota
	And      // two or more, none of them And
	Or       // two or more, none of them Or
	Not      // exactly one, which is not Not
)

// Expr is a term, or expressions joined.
type Expr struct {
	Join Join
	Of   []Expr
	Term Term // of One
}

// Op compares.
type Op string

// The operators. There is no unequal: it is a Not of Is.
const (
	Is           Op = ":" // equal; words ignoring case
	Exact        Op = "=" // equal to the letter
	Above        Op = ">"
	AboveOrEqual Op = ">="
	Below        Op = "<"
	BelowOrEqual Op = "<="
)

// Term is one condition. Which of the values is set depends on the kind of Field.
type Term struct {
	Field    Field
	Op       Op
	Pattern  Pattern      // KindWord, KindName
	Words    Words        // KindText
	Severity soc.Severity // KindSeverity
	Prefix   netip.Prefix // KindAddress: an address is its longest prefix
	Port     uint16       // KindPort
	Time     time.Time    // KindTime: After is inclusive, Before exclusive
	State    State        // KindState
	User     string       // KindState Mine: who asks
	Has      Field        // KindHas
	Verdict  soc.Verdict  // KindVerdict
	ID       soc.AlertID  // KindID
}

// State is a word after is:.
type State string

// The states. Those of an alert are those of soc.AlertState.
const (
	Open         = State(soc.AlertOpen)
	Acknowledged = State(soc.AlertAcknowledged)
	Escalated    = State(soc.AlertEscalated)
	Resolved     = State(soc.AlertResolved)

	Mine      State = "mine"
	Unclaimed State = "unclaimed"
	Demo      State = "demo"
)

// States lists the words after is:.
func States() []State {
	return []State{Open, Acknowledged, Escalated, Resolved, Mine, Unclaimed, Demo}
}

// Each calls back with every term. It ends when the callback says false.
func (q Query) Each(do func(t *Term) bool) {
	if q.Root != nil {
		q.Root.each(do)
	}
}

func (e *Expr) each(do func(t *Term) bool) bool {
	if e.Join == One {
		return do(&e.Term)
	}
	for i := range e.Of {
		if !e.Of[i].each(do) {
			return false
		}
	}
	return true
}

// join makes an expression of others, flat: an And holds no And. It makes a copy.
func join(how Join, of ...Expr) Expr {
	if how == Not {
		if of[0].Join == Not {
			return of[0].Of[0]
		}
		return Expr{Join: Not, Of: of}
	}
	flat := make([]Expr, 0, len(of))
	for _, e := range of {
		if e.Join == how {
			flat = append(flat, e.Of...)
			continue
		}
		flat = append(flat, e)
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return Expr{Join: how, Of: flat}
}
