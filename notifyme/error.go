package notifyme

import (
	"context"
	"errors"
	"strings"
	"time"
)

// Outcome says what became of a message, and so what to do next.
type Outcome int

// The outcomes. The zero Outcome is none of them.
const (
	Sent      Outcome = iota + 1 // the service has it: there is a receipt
	Temporary                    // not sent; trying again later may help
	Limited                      // not sent; too many at once, try again at Error.Until
	Permanent                    // not sent; trying again without a change will not help
)

// String returns the lower case name.
func (o Outcome) String() string {
	switch o {
	case Sent:
		return "sent"
	case Temporary:
		return "temporary"
	case Limited:
		return "limited"
	case Permanent:
		return "permanent"
	}
	return "none"
}

// Error is why a message was not sent. Its text is one line without any secret.
type Error struct {
	Outcome Outcome
	Channel string    // the kind, such as "ntfy"
	Status  int       // of HTTP, SMTP or SIP, 0 if there was no answer
	Until   time.Time // with Limited: not before this time, UTC
	Reason  string    // what happened, for people
	Err     error     // the cause if it may be shown, for errors.Is
}

// Error is "channel: outcome: reason".
func (e *Error) Error() string {
	text := e.Channel + ": " + e.Outcome.String()
	if e.Outcome == Limited {
		text += " until " + e.Until.Format(time.RFC3339)
	}
	return text + ": " + Line(e.Reason)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf is the outcome of a call of Notify that returned err. An error that is no *Error counts as temporary: not to
// try again would lose the message.
func OutcomeOf(err error) Outcome {
	var e *Error
	switch {
	case err == nil:
		return Sent
	case errors.As(err, &e):
		return e.Outcome
	}
	return Temporary
}

// Fail makes the error of a channel. Each of the channel's secrets is taken out of reason.
func Fail(channel string, outcome Outcome, reason string, secrets ...string) *Error {
	return &Error{Outcome: outcome, Channel: channel, Reason: scrub(reason, secrets)}
}

// Broken makes the error of a conversation with a peer that ended with err: bad TLS is permanent, everything else is
// temporary. Only causes that are known to hold nothing secret stay in the chain.
func Broken(channel string, err error, secrets ...string) *Error {
	e := &Error{Outcome: Temporary, Channel: channel, Reason: scrub(reasonOf(err), secrets)}
	if isBadTLS(err) {
		e.Outcome = Permanent
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			e.Err = known
		}
	}
	return e
}

// scrub replaces each secret in text, longest first, so that one that holds another goes whole.
func scrub(text string, secrets []string) string {
	for _, secret := range byLength(secrets) {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}
