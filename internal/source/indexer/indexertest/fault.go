package indexertest

import (
	"fmt"
	"net/http"
)

// Fault is what goes wrong with one answer.
type Fault struct {
	Status  int // and nothing is searched
	Header  map[string]string
	Body    string // JSON if it begins with a brace
	Content string // the answer's Content-Type, if another

	TimedOut bool // half of the shards say nothing, and the answer says timed_out
	Failed   bool // half of the shards fail
	NoShards bool // half of the shards say nothing, and the answer does not speak of shards
	Cut      bool // the connection is reset in the middle of the body
	Stall    <-chan struct{}
}

// loses says whether the fault takes a shard's documents.
func (f *Fault) loses(shard int) bool {
	return f != nil && (f.TimedOut || f.Failed || f.NoShards) && shard%2 == 1
}

func (f *Fault) refuse(w http.ResponseWriter) {
	for key, value := range f.Header {
		w.Header().Set(key, value)
	}
	switch {
	case f.Content != "":
		w.Header().Set("Content-Type", f.Content)
	case len(f.Body) > 0 && f.Body[0] == '{':
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body)) // the test sees what is missing
}

// send sends an answer, or what the fault leaves of it.
func (f *Fault) send(w http.ResponseWriter, answer []byte) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if f == nil || !f.Cut && f.Stall == nil {
		_, _ = w.Write(answer) //nolint:gosec // JSON, and no browser reads it
		return
	}
	_, _ = w.Write(answer[:len(answer)/2]) //nolint:gosec // as above
	_ = http.NewResponseController(w).Flush()
	if f.Stall != nil {
		<-f.Stall
	}
	panic(http.ErrAbortHandler)
}

func refuse(w http.ResponseWriter, status int, kind, reason string) {
	(&Fault{Status: status, Body: fmt.Sprintf(`{"error":{"root_cause":[],"type":%q,"reason":%q},"status":%d}`, kind, reason, status)}).refuse(w)
}
