package wazuh

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Client asks the API of one server. It is safe for use by several goroutines; make it
// with [New].
type Client struct {
	Agents         *Agents
	Groups         *Groups
	Manager        *Node // the node that answers
	Cluster        *Cluster
	Rules          *Rules
	Decoders       *Decoders
	Lists          *Lists
	Logtest        *Logtest
	ActiveResponse *ActiveResponse
	Events         *Events
	Mitre          *Mitre
	Syscollector   *Syscollector
	SCA            *SCA
	Syscheck       *Syscheck
	Rootcheck      *Rootcheck
	Ciscat         *Ciscat
	Security       *Security
	Users          *Users
	Roles          *Roles
	Policies       *Policies
	SecurityRules  *SecurityRules
	Tasks          *Tasks

	*server
	complete bool
}

// server is what the clients of one server share.
type server struct {
	http     *http.Client
	base     *url.URL
	agent    string
	limiter  *rate.Limiter
	events   *rate.Limiter
	patience time.Duration
	pause    pause
	session  session
	now      func() time.Time

	mu      sync.Mutex
	version Version // zero until it was asked for
	local   string  // name of the node that answers, as far as it was asked for
}

// New makes a client. It asks nothing yet: the first call logs in.
func New(o Options) (*Client, error) {
	o.complete()
	u, err := base(o.URL, "Wazuh API")
	if err != nil {
		return nil, err
	}
	runAs, err := o.runAs()
	if err != nil {
		return nil, err
	}
	sender, err := o.Trust.httpClient(o.Transport, o.Timeout)
	if err != nil {
		return nil, err
	}
	if o.Password == nil {
		o.Password = PasswordText("")
	}
	s := &server{
		http: sender, base: u, agent: o.UserAgent, limiter: o.Limiter, events: NewLimiter(eventsPerMinute),
		patience: o.Patience, now: time.Now,
	}
	s.session = session{lock: make(chan struct{}, 1), username: o.Username, password: o.Password, runAs: runAs}
	return s.client(false), nil
}

func (s *server) client(complete bool) *Client {
	c := &Client{server: s, complete: complete}
	c.Agents = &Agents{c}
	c.Groups = &Groups{c}
	c.Manager = &Node{c, ""}
	c.Cluster = &Cluster{c}
	c.Rules = &Rules{Files: &RulesetFiles{c, "/rules"}, c: c}
	c.Decoders = &Decoders{Files: &RulesetFiles{c, "/decoders"}, c: c}
	c.Lists = &Lists{c}
	c.Logtest = &Logtest{c}
	c.ActiveResponse = &ActiveResponse{c}
	c.Events = &Events{c}
	c.Mitre = &Mitre{c}
	c.Syscollector = &Syscollector{c}
	c.SCA = &SCA{c}
	c.Syscheck = &Syscheck{c}
	c.Rootcheck = &Rootcheck{c}
	c.Ciscat = &Ciscat{c}
	c.Security = &Security{c}
	c.Users = &Users{c}
	c.Roles = &Roles{c}
	c.Policies = &Policies{c}
	c.SecurityRules = &SecurityRules{c}
	c.Tasks = &Tasks{c}
	return c
}

// Complete returns the same client, whose calls let the server take its time
// (wait_for_complete): without, it gives a request up after 10 s ([ErrTimeout]). Mind
// Options.Timeout.
func (c *Client) Complete() *Client { return c.client(true) }

// Version asks which version the server has, and keeps it.
func (c *Client) Version(ctx context.Context) (Version, error) {
	c.mu.Lock()
	known := c.version
	c.mu.Unlock()
	if known != (Version{}) {
		return known, nil
	}
	info, err := c.Info(ctx)
	if err != nil {
		return Version{}, err
	}
	return info.Version()
}

func (s *server) keepVersion(v Version) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != v {
		s.local = ""
	}
	s.version = v
}

// Close closes the connections that wait for another call. It does not log out, since
// that ends the tokens of all programs that use the same account; see [Security.Logout].
func (c *Client) Close() { c.http.CloseIdleConnections() }
