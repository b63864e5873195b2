package soc

import "errors"

// The kinds of error that callers may branch on. Everything that the store or the
// ingest returns wraps one of them or is an internal error; only the API turns them
// into status codes.
var (
	ErrNotFound  = errors.New("not found")
	ErrConflict  = errors.New("conflict")
	ErrInvalid   = errors.New("invalid")
	ErrForbidden = errors.New("forbidden")
	// ErrUnauthenticated: nobody is signed in, or the credential is not (or no longer) good.
	ErrUnauthenticated = errors.New("unauthenticated")
)
