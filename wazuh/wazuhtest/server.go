// Package wazuhtest is a server that answers as the API of Wazuh does, for tests: with
// agents, groups, files, sessions of logtest and users that it keeps, tokens that end
// and can be revoked, its limits, and its ways to fail. It imports nothing of ours.
package wazuhtest

import (
	"encoding/json"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Server is an API. Set the fields before the first request.
type Server struct {
	Version   string           // 4.14.7 if empty; 5.… has the calls of 5.0
	Now       func() time.Time // time.Now if nil
	TokenLife time.Duration    // 15 minutes if 0
	PerMinute int              // requests in a minute, 300 if 0, none if less
	MaxLogins int              // that may fail before the address is blocked; 50 if 0
	BlockTime time.Duration    // 5 minutes if 0
	// Before is called before each request, if set, and may change the server.
	Before func(*http.Request)
	// Fault may spoil the answer to a request; nil, or nil from it, spoils nothing.
	Fault func(*http.Request) *Fault

	mu       sync.Mutex
	mux      *http.ServeMux // of the version
	state    state
	requests []string // METHOD /path?query
	window   time.Time
	taken    int
	events   int
	notReady []string // daemons
}

// Fault is an answer that is not the server's.
type Fault struct {
	Status int           // with the body as problem+json; 0 answers as always
	Body   string        //
	Type   string        // of the body, if it is not problem+json
	Stall  time.Duration // before the second half of the body
	Cut    bool          // the connection ends after the first half of the body
}

// user may log in.
type user struct {
	id             int
	name, password string
	allowRunAs     bool
	roles          []int
}

// state is what the server keeps.
type state struct {
	users    []*user
	nextUser int
	tokens   map[string]token
	tokenNum int
	failed   int // logins
	blocked  time.Time
	agents   []map[string]any
	nextID   int
	groups   []string
	files    map[string]string // etc/rules/x.xml → content
	sessions map[string]int    // of logtest
	config   map[string]any
	sent     []string // what agents and events were told
}

type token struct {
	user *user
	ends time.Time
}

// New makes a server with the user wazuh (password: wazuh), agent 000 and a few files.
func New() *Server {
	s := &Server{Version: "4.14.7", Now: time.Now}
	s.state = state{
		users:    []*user{{id: 1, name: "wazuh", password: "wazuh", allowRunAs: true, roles: []int{1}}},
		nextUser: 100,
		tokens:   map[string]token{},
		groups:   []string{"default"},
		nextID:   1,
		files: map[string]string{
			"etc/rules/local_rules.xml":              "<group name=\"local,\">\n</group>\n",
			"ruleset/rules/0095-sshd_rules.xml":      "<group name=\"sshd,\">\n</group>\n",
			"ruleset/decoders/0310-ssh_decoders.xml": "<decoder name=\"sshd\">\n</decoder>\n",
			"etc/lists/bad-words":                    "fatal:\nerror:2\n",
		},
		sessions: map[string]int{},
		config:   map[string]any{"auth_token_exp_timeout": 900, "rbac_mode": "white"},
	}
	s.state.agents = []map[string]any{s.manager()}
	return s
}

// StartTLS serves on the loopback; close what it returns.
func (s *Server) StartTLS() *httptest.Server {
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // what a client thinks of it is the test's business
	server.StartTLS()
	return server
}

// RoundTrip answers in memory, so that a Server can be a transport: without a network,
// time can be a test's own.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// Requests returns what came so far: METHOD /path?query.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// SetNotReady stops daemons (or none): calls are refused with error 1017.
func (s *Server) SetNotReady(daemons ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notReady = daemons
}

// Upgrade changes the version. Tokens end, as with any restart.
func (s *Server) Upgrade(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Version, s.mux = version, nil
	clear(s.state.tokens)
}

// Sent returns what agents and analysisd were told, in order.
func (s *Server) Sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.state.sent...)
}

// ServeHTTP answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Before != nil {
		s.Before(r)
	}
	if s.Fault != nil {
		if f := s.Fault(r); f != nil {
			f.serve(w, r, http.HandlerFunc(s.serve))
			return
		}
	}
	s.serve(w, r)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mux == nil {
		s.routes()
	}
	path := r.URL.Path
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	s.requests = append(s.requests, r.Method+" "+path)
	if !s.admit(w, r) {
		return
	}
	handler, pattern := s.mux.Handler(r)
	if pattern == "" {
		probe := httptest.NewRecorder()
		handler.ServeHTTP(probe, r)
		if probe.Code == http.StatusMethodNotAllowed {
			refuse(w, probe.Code, problem{Title: "Method Not Allowed", Detail: "405: Method Not Allowed"})
			return
		}
		refuse(w, http.StatusNotFound, problem{Title: "Not Found", Detail: "404: Not Found"})
		return
	}
	if len(s.notReady) > 0 && r.URL.Path != "/manager/status" {
		refuse(w, http.StatusInternalServerError, problem{
			Title:  "Wazuh Internal Error",
			Detail: `Some Wazuh daemons are not ready yet in node "node01" (` + strings.Join(s.notReady, "->stopped, ") + "->stopped)",
			Error:  1017,
		})
		return
	}
	s.mux.ServeHTTP(w, r)
}

// admit counts requests in windows of a minute, from the first one.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	limit := s.PerMinute
	if limit == 0 {
		limit = 300
	}
	if now := s.Now(); now.Sub(s.window) >= time.Minute {
		s.window, s.taken, s.events = now, 0, 0
	}
	s.taken++
	isEvents := r.URL.Path == "/events"
	if isEvents {
		s.events++
	}
	code := 0
	switch {
	case limit > 0 && s.taken > limit:
		code = 6001
	case isEvents && s.events > 30:
		code = 6005
	}
	if code == 0 {
		return true
	}
	refuse(w, http.StatusTooManyRequests, problem{
		Title: "Too Many Requests", Detail: "Maximum number of requests per minute reached",
		Remediation: "This limit can be changed in api.yaml file.", Error: code,
	})
	return false
}

type problem struct {
	Title       string         `json:"title"`
	Detail      string         `json:"detail"`
	Remediation string         `json:"remediation,omitempty"`
	Nodes       map[string]any `json:"dapi_errors,omitempty"`
	Error       int            `json:"error,omitempty"`
}

func refuse(w http.ResponseWriter, status int, p problem) {
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
}

func badRequest(w http.ResponseWriter, code int, detail string) {
	p := problem{Title: "Bad Request", Detail: detail, Error: code}
	if code != 0 {
		p.Nodes = map[string]any{"node01": map[string]any{"error": detail}}
	}
	refuse(w, http.StatusBadRequest, p)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// serve spoils the answer.
func (f *Fault) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	kept := httptest.NewRecorder()
	if f.Status != 0 {
		kept.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
		if f.Type != "" {
			kept.Header().Set("Content-Type", f.Type)
		}
		kept.WriteHeader(f.Status)
		_, _ = kept.WriteString(f.Body)
	} else {
		next.ServeHTTP(kept, r)
	}
	body := kept.Body.Bytes()
	maps.Copy(w.Header(), kept.Header())
	half := len(body) / 2
	w.WriteHeader(kept.Code)
	_, _ = w.Write(body[:half])
	_ = http.NewResponseController(w).Flush()
	if f.Stall > 0 {
		t := time.NewTimer(f.Stall)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler) // half an answer must not end like a whole one
		}
	}
	if f.Cut {
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body[half:])
}
