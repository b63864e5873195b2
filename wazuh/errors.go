package wazuh

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Kinds of errors, for [errors.Is].
var (
	// ErrUnsupported: the server's version has no such call.
	ErrUnsupported = errors.New("the server's version has no such call")
	// ErrNotFound: no such agent, group, file, user, session and so on.
	ErrNotFound = errors.New("not found")
	// ErrExists: an agent, group, file or user of that name is there already.
	ErrExists = errors.New("exists already")
	// ErrUnauthorized: the name or password is wrong, or the token is not taken.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden: the user's roles do not allow it.
	ErrForbidden = errors.New("forbidden")
	// ErrBlocked: too many logins failed from this address; it is blocked for some
	// minutes (block_time, 300 s if nobody changed it).
	ErrBlocked = errors.New("blocked after too many logins that failed")
	// ErrLimited: more requests in a minute than the server takes.
	ErrLimited = errors.New("too many requests")
	// ErrNotReady: daemons of the server are not running yet.
	ErrNotReady = errors.New("the server is not ready")
	// ErrClusterOff: the call is for a cluster, and the server is none.
	ErrClusterOff = errors.New("the server is no cluster")
	// ErrTimeout: the server gave the request up; ask for less, or let it wait
	// ([Client.Complete]).
	ErrTimeout = errors.New("the server took too long")
	// ErrInactive: the agent is not connected, so that nothing can be sent to it.
	ErrInactive = errors.New("the agent is not active")
)

// kinds of Wazuh's own codes.
func kindOf(code int) error {
	switch code {
	case 1017:
		return ErrNotReady
	case 1208, 1415, 1503, 1504, 1701, 1710, 1730, 1802, 1906, 3022,
		4002, 4007, 4010, 4016, 4022, 4024, 5001:
		return ErrNotFound
	case 1705, 1706, 1708, 1711, 1805, 1905, 4005, 4009, 4011, 4013, 4017, 4023, 5000:
		return ErrExists
	case 1707, 1740:
		return ErrInactive
	case 3012, 3013:
		return ErrClusterOff
	case 3020, 3021:
		return ErrTimeout
	case 4000:
		return ErrForbidden
	case 6000:
		return ErrBlocked
	case 6001, 6005:
		return ErrLimited
	}
	return nil
}

// APIError is an answer that says no (problem+json, or whatever a proxy made of it).
type APIError struct {
	Status      int    // of HTTP
	Title       string // such as Bad Request
	Detail      string // what is wrong; JSON if the server sent an object
	Remediation string // what to do, may be empty
	Code        int    // Wazuh's own, such as 1705; 0 if it gives none
	// Nodes says by node of the cluster what went wrong there, may be nil.
	Nodes map[string]NodeError
	// Op is the call, such as GET /agents.
	Op string

	unknown bool // the server has no such path
}

// NodeError is what went wrong at one node.
type NodeError struct {
	Error   string `json:"error"`
	Logfile string `json:"logfile,omitempty"`
}

func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString(e.Op + ": ")
	switch {
	case e.Detail != "":
		b.WriteString(strings.TrimRight(e.Detail, ". "))
	case e.Title != "":
		b.WriteString(e.Title)
	default:
		b.WriteString(http.StatusText(e.Status))
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, " (HTTP %d, error %d)", e.Status, e.Code)
	} else {
		fmt.Fprintf(&b, " (HTTP %d)", e.Status)
	}
	if e.Remediation != "" {
		b.WriteString(": " + e.Remediation)
	}
	return b.String()
}

// Is tells the kind of the error.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrUnsupported:
		return e.unknown
	case ErrBlocked:
		return e.blocked()
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden && !e.blocked()
	case ErrLimited:
		return e.Status == http.StatusTooManyRequests
	case ErrNotFound:
		return e.Status == http.StatusNotFound && !e.unknown || kindOf(e.Code) == ErrNotFound
	}
	kind := kindOf(e.Code)
	return kind != nil && kind == target
}

// blocked is told by the words alone: the server gives this refusal no code.
func (e *APIError) blocked() bool {
	return e.Status == http.StatusForbidden && e.Code == 0 && strings.Contains(e.Detail, "login attempts")
}

// FailedError is an answer of HTTP 200 that is a failure: of everything that was asked
// for, or of a part. What succeeded is returned beside it.
type FailedError struct {
	Op        string
	Message   string // the server's, such as: Some agents were not deleted
	Succeeded int    // how many did
	Failures  []Failure
}

// Failure is why some of what was asked for failed.
type Failure struct {
	Code        int
	Message     string
	Remediation string
	IDs         []string // agents, files, nodes, …: what it was asked for
}

// Partial tells whether some of it succeeded.
func (e *FailedError) Partial() bool { return e.Succeeded > 0 }

func (e *FailedError) Error() string {
	parts := make([]string, len(e.Failures))
	for i, f := range e.Failures {
		parts[i] = f.String()
	}
	text := e.Op + ": " + e.Message
	if e.Partial() {
		text += fmt.Sprintf(" (%d succeeded)", e.Succeeded)
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, "; ")
	}
	return text
}

// String says it in one line.
func (f Failure) String() string {
	ids := f.IDs
	more := ""
	if len(ids) > 10 {
		ids, more = ids[:10], fmt.Sprintf(" and %d more", len(f.IDs)-10)
	}
	text := strings.Join(ids, ", ") + more + ": " + f.Message
	if f.Code != 0 {
		text += fmt.Sprintf(" (error %d)", f.Code)
	}
	return strings.TrimPrefix(text, ": ")
}

// Is tells the kind: that of a failure, if all have the same.
func (e *FailedError) Is(target error) bool {
	if len(e.Failures) == 0 {
		return false
	}
	for _, f := range e.Failures {
		if kindOf(f.Code) != target {
			return false
		}
	}
	return true
}

// UnsupportedError is a call that the server's version does not have. It is
// [ErrUnsupported].
type UnsupportedError struct {
	Op      string
	Version Version // of the server
	Since   Version // the first that has it; zero if older than 4.8
	Until   Version // the first that no longer has it; zero if there is none
}

func (e *UnsupportedError) Error() string {
	switch {
	case e.Since != Version{} && e.Version.Before(e.Since):
		return fmt.Sprintf("%s: Wazuh %s has no such call, it came with %s", e.Op, e.Version, e.Since)
	default:
		return fmt.Sprintf("%s: Wazuh %s has no such call, it went with %s", e.Op, e.Version, e.Until)
	}
}

// Is makes it ErrUnsupported.
func (e *UnsupportedError) Is(target error) bool { return target == ErrUnsupported }
