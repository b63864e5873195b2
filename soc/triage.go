package soc

import (
	"fmt"
	"slices"
	"time"
)

// Verb is what people do with alerts.
type Verb string

// The verbs.
const (
	VerbAcknowledge Verb = "acknowledge" // seen
	VerbClaim       Verb = "claim"       // assign to oneself what nobody has
	VerbAssign      Verb = "assign"      // give to somebody, whoever has it
	VerbRelease     Verb = "release"     // nobody's again
	VerbEscalate    Verb = "escalate"
	VerbResolve     Verb = "resolve" // with a verdict
	VerbReopen      Verb = "reopen"
	VerbComment     Verb = "comment"
	VerbTag         Verb = "tag"   // give a tag
	VerbUntag       Verb = "untag" // take it away
	VerbUndo        Verb = "undo"
)

// UndoFor is how long a step may be taken back by who took it.
const UndoFor = 30 * time.Second

// steps are the states that a verb may begin in, and the one that it leads to; "" is the
// state as it was.
var steps = map[Verb]struct {
	from []AlertState
	to   AlertState
}{
	VerbAcknowledge: {[]AlertState{AlertOpen}, AlertAcknowledged},
	VerbClaim:       {[]AlertState{AlertOpen, AlertAcknowledged, AlertEscalated}, ""},
	VerbAssign:      {[]AlertState{AlertOpen, AlertAcknowledged, AlertEscalated}, ""},
	VerbRelease:     {[]AlertState{AlertOpen, AlertAcknowledged, AlertEscalated}, ""},
	VerbEscalate:    {[]AlertState{AlertOpen, AlertAcknowledged}, AlertEscalated},
	VerbResolve:     {[]AlertState{AlertOpen, AlertAcknowledged, AlertEscalated}, AlertResolved},
	VerbReopen:      {[]AlertState{AlertResolved}, AlertOpen},
	VerbTag:         {[]AlertState{AlertOpen, AlertAcknowledged, AlertEscalated, AlertResolved}, ""},
	VerbUntag:       {[]AlertState{AlertOpen, AlertAcknowledged, AlertEscalated, AlertResolved}, ""},
}

// Verbs lists the verbs that change an alert's state or owner.
func Verbs() []Verb {
	return []Verb{VerbAcknowledge, VerbClaim, VerbAssign, VerbRelease, VerbEscalate, VerbResolve, VerbReopen}
}

// Next is the state that the verb leads to from another. False means that it may not.
func (v Verb) Next(from AlertState) (AlertState, bool) {
	step, ok := steps[v]
	if !ok || !slices.Contains(step.from, from) {
		return from, false
	}
	if step.to == "" {
		return from, true
	}
	return step.to, true
}

// StepError says that a verb does not fit what an alert is already, and who made it so.
// It is ErrConflict.
type StepError struct {
	Verb  Verb
	State AlertState
	Owner string // set where somebody else has it
	Last  Action // the step that led there; its zero value if there was none
}

func (e *StepError) Error() string {
	since := ""
	if e.Last.Who != "" {
		since = fmt.Sprintf(" (%s by %s at %s)", e.Last.Verb, e.Last.Who, e.Last.Time.Format(time.RFC3339))
	}
	if e.Owner != "" {
		return fmt.Sprintf("conflict: it is taken: %s has it%s", e.Owner, since)
	}
	return fmt.Sprintf("conflict: it is %s already%s, and one cannot %s it then", e.State, since, e.Verb)
}

// Unwrap makes it ErrConflict.
func (e *StepError) Unwrap() error { return ErrConflict }

// Action is something that somebody did to alerts: a line of their timelines.
type Action struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Who      string    `json:"who" doc:"the user's name, or the part of SOCme that did it"`
	Verb     Verb      `json:"verb" enum:"acknowledge,claim,assign,release,escalate,resolve,reopen,comment,tag,untag,undo"`
	Verdict  Verdict   `json:"verdict,omitzero" enum:"true-positive,false-positive,benign,expected"`
	Owner    string    `json:"owner,omitempty" doc:"whom it was given to"`
	Tag      string    `json:"tag,omitempty" doc:"that was given or taken"`
	Text     string    `json:"text,omitempty" doc:"the comment or the reason"`
	Mentions []string  `json:"mentions,omitempty" nullable:"false" doc:"names of the users whom the text mentions by @name"`
	Query    string    `json:"query,omitempty" doc:"the filter, where a whole filter was acted on"`
	OfGroups bool      `json:"of_groups,omitempty" doc:"the filter asked for groups, and all alerts of each were acted on"`
	Group    *GroupID  `json:"group,omitempty" doc:"the group, where a group was acted on"`
	Alerts   int64     `json:"alerts" doc:"how many alerts it changed"`
	Undone   bool      `json:"undone,omitempty" doc:"it was taken back"`
	Internal bool      `json:"internal,omitempty" doc:"a comment that the client's own people (viewers of named clients) do not get"`
}
