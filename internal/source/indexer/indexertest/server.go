// Package indexertest is a server that answers as Wazuh's indexer does, for tests: the
// one call that the source makes, with several shards that each show a document only
// some time after they took it. It refuses what the source has no business to ask. It
// imports nothing of ours.
package indexertest

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is an indexer. Set the fields before the first request.
type Server struct {
	*httptest.Server
	Now      func() time.Time
	Shards   int           // of each index
	Refresh  time.Duration // how often a shard shows what it took
	Username string        // empty takes everybody
	// Fault may spoil the answer to a request; nil, or nil from it, spoils nothing.
	Fault func(Request) *Fault

	mu       sync.Mutex
	password string
	indices  map[string]*index
	requests int
}

// Request is what Fault is asked about.
type Request struct {
	Number int // from 1
	Index  string
	Body   string
}

// index holds documents by shard.
type index struct {
	stream string // the data stream that it belongs to, or its own name
	shards []shard
}

// shard keeps its documents in the order of their time, then of their number.
type shard struct {
	docs []doc
	next int64
}

type doc struct {
	id      string
	source  json.RawMessage
	ms, seq int64
	visible time.Time
}

// New starts a server without TLS; NewTLS one with it. Close it.
func New() *Server {
	s := blank()
	s.Start()
	return s
}

// NewTLS starts a server with a certificate that httptest made.
func NewTLS() *Server {
	s := blank()
	s.StartTLS()
	return s
}

func blank() *Server {
	s := &Server{Now: time.Now, Shards: 3, Refresh: 5 * time.Second, indices: map[string]*index{}}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // what a client thinks of it is the test's business
	return s
}

// SetPassword changes the password of Username.
func (s *Server) SetPassword(password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = password
}

// Requests is how many came.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Add indexes a document now. Stream is the data stream that the index backs, or the
// index itself. The source must hold @timestamp.
func (s *Server) Add(stream, name, id string, source []byte) {
	var of struct {
		Time time.Time `json:"@timestamp"`
	}
	if err := json.Unmarshal(source, &of); err != nil || of.Time.IsZero() {
		panic(fmt.Sprintf("a document without a time: %v", err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.indices[name]
	if x == nil {
		x = &index{stream: stream, shards: make([]shard, s.Shards)}
		s.indices[name] = x
	}
	at := int(hash(id) % uint64(len(x.shards)))
	to := &x.shards[at]
	d := doc{id: id, source: source, ms: of.Time.UnixMilli(), seq: to.next, visible: s.visible(at)}
	to.next++
	i, _ := slices.BinarySearchFunc(to.docs, d, doc.compare)
	to.docs = slices.Insert(to.docs, i, d)
}

// visible is when a shard shows what it takes now. Shards do not refresh together.
func (s *Server) visible(shard int) time.Time {
	if s.Refresh == 0 {
		return s.Now()
	}
	phase := time.Duration(shard) * s.Refresh / time.Duration(s.Shards)
	return s.Now().Add(-phase).Truncate(s.Refresh).Add(s.Refresh + phase)
}

// Delete removes an index.
func (s *Server) Delete(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.indices, name)
}

func (d doc) compare(o doc) int {
	if d.ms != o.ms {
		return int(min(max(d.ms-o.ms, -1), 1))
	}
	return int(min(max(d.seq-o.seq, -1), 1))
}

func hash(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h ^ h>>32
}

// ServeHTTP answers POST /INDEX/_search.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.requests++
	number, password := s.requests, s.password
	s.mu.Unlock()
	name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/_search")
	if !ok || r.Method != http.MethodPost {
		refuse(w, http.StatusBadRequest, "illegal_argument_exception", "not a search: "+r.Method+" "+r.URL.Path)
		return
	}
	var fault *Fault
	if s.Fault != nil {
		fault = s.Fault(Request{Number: number, Index: name, Body: string(body)})
	}
	if user, got, ok := r.BasicAuth(); s.Username != "" && (!ok || user != s.Username || got != password) {
		w.Header().Set("WWW-Authenticate", `Basic realm="OpenSearch Security"`)
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	if fault != nil && fault.Status != 0 {
		fault.refuse(w)
		return
	}
	q, err := readSearch(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "parsing_exception", err.Error())
		return
	}
	answer, found := s.search(name, q, fault)
	if !found && r.URL.Query().Get("ignore_unavailable") != "true" {
		refuse(w, http.StatusNotFound, "index_not_found_exception", "no such index ["+name+"]")
		return
	}
	fault.send(w, answer)
}

// search answers from what is visible now.
func (s *Server) search(pattern string, q search, fault *Fault) (answer []byte, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	shards, failed := 0, 0
	var hits []hit
	counts := map[int64]int{}
	for name, x := range s.indices {
		if !fits(pattern, x.stream) && !fits(pattern, name) {
			continue
		}
		found = true
		for i := range x.shards {
			shards++
			if fault.loses(shards) {
				if fault.Failed {
					failed++
				}
				continue
			}
			x.shards[i].search(name, q, now, counts, &hits)
		}
	}
	// Equal hits of different shards come in any order.
	rand.Shuffle(len(hits), func(i, j int) { hits[i], hits[j] = hits[j], hits[i] }) //nolint:gosec // chance is all that is wanted
	slices.SortStableFunc(hits, q.compare)
	hits = hits[:min(len(hits), q.Size)]
	return q.answer(hits, counts, shards, failed, fault), found || strings.Contains(pattern, "*")
}

func fits(patterns, name string) bool {
	for pattern := range strings.SplitSeq(patterns, ",") {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
	}
	return false
}
