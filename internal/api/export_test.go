package api

import (
	"context"
	"net/http"
	"time"
)

// What the tests of the package's inside reach.
var (
	Weak      = weak
	TOTPCode  = totpCode
	TOTPMatch = totpMatch
	AddressOf = addressOf
	PlaceOf   = placeOf
)

// Tries is the limit on tries to sign in.
type Tries struct{ t *tries }

// NewTries makes one.
func NewTries(now func() time.Time) Tries { return Tries{newTries(now)} }

// Take takes a try.
func (t Tries) Take(account, place string, known bool) time.Duration {
	return t.t.take(try{account: account, place: place, known: known})
}

// Succeeded notes that it was a good one.
func (t Tries) Succeeded(account, place string, known bool) {
	t.t.succeeded(try{account: account, place: place, known: known})
}

// Flush writes down who saw what.
func (a *API) Flush(ctx context.Context) { a.looks.flush(ctx, false) }

// FlushAll writes down all that is to be told of it, as at the end.
func (a *API) FlushAll(ctx context.Context) { a.looks.flush(ctx, true) }

// StrictHeaders are those of every answer that is not the page's.
func StrictHeaders() http.Header {
	head := http.Header{}
	strictHeaders(head)
	return head
}
