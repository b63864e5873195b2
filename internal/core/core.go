// Package core assembles the server: store, hub, the nodes' door, people's API and
// the page. It holds no logic of its own, and must never import the node.
package core

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/internal/advisories"
	"github.com/socme-project/socme/internal/api"
	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/ingest"
	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/seal"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// Options of New.
type Options struct {
	Dir        string     // the data folder; it exists
	Database   soc.Secret // as store.Options has it
	Listen     string     // people's address, host:port
	NodeListen string     // nodes' address; "" is the one kept in the data folder
	NodeURL    string     // what enrolment tokens say, several with commas; "" is made from NodeListen
	Rate       int        // requests a second for each user and token; 0 means 200
	Version    string
	Page       http.Handler
	Log        *slog.Logger
	Now        func() time.Time
}

// Core is a server that is ready to run.
type Core struct {
	Options
	Store *store.Store

	authority   *pki.Authority
	seal        *seal.Key
	ingest      *ingest.Ingest
	hub         *hub.Hub
	metrics     *metrics.Metrics
	advisories  *advisories.Reader
	nodeSocket  net.Listener
	mu          sync.Mutex
	certificate *tls.Certificate
	done        chan struct{}
}

var system = soc.System("core")

// New opens the data folder and the nodes' address. Nothing is answered before Run.
func New(ctx context.Context, o Options) (*Core, error) {
	c := &Core{Options: o, done: make(chan struct{}), metrics: metrics.New(o.Version)}
	var err error
	if c.Store, err = store.Open(ctx, store.Options{Dir: o.Dir, Database: o.Database, Now: o.Now, Log: o.Log, Committed: c.metrics.Committed}); err != nil {
		return nil, err
	}
	if err := c.openKeys(ctx); err != nil {
		return nil, errors.Join(err, c.Store.Close())
	}
	span, err := c.Store.FeedSpan(ctx, system)
	if err != nil {
		return nil, errors.Join(err, c.Store.Close())
	}
	c.hub = hub.New(span.Last)
	c.metrics.Watch(c.state)
	c.advisories = &advisories.Reader{Store: c.Store, Log: o.Log, Now: o.Now, Version: o.Version, Turn: func(ctx context.Context, do func() error) error {
		_, err := c.Store.Only(ctx, system, store.JobAdvisories, do)
		return err
	}}
	c.ingest = &ingest.Ingest{Store: c.Store, Hub: c.hub, Authority: c.authority, Log: o.Log, Now: o.Now, Metrics: c.metrics}
	if err = c.ingest.Prepare(); err == nil {
		c.nodeSocket, err = c.openNodeSocket(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Store.Close())
	}
	return c, nil
}

// What all cores of one database share, beside the database.
const (
	sharedAuthority = "authority"
	sharedSeal      = "seal"
)

// openKeys reads the authority's and the sealing key, and makes them for the first core of
// a database. Every other one must bring those of the first.
func (c *Core) openKeys(ctx context.Context) error {
	if c.Store.OnPostgres() {
		kept, err := c.Store.Shared(ctx, system, sharedAuthority)
		if err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Join(c.Dir, "ca.pem")); kept != "" && errors.Is(err, os.ErrNotExist) {
			return c.stranger()
		}
	}
	var err error
	if c.authority, err = pki.OpenAuthority(c.Dir, c.Now()); err != nil {
		return err
	}
	if c.seal, err = seal.OpenKey(c.Dir); err != nil {
		return err
	}
	if c.Store.OnPostgres() {
		for name, own := range map[string]string{sharedAuthority: c.authority.Fingerprint().String(), sharedSeal: c.seal.Mark()} {
			kept, err := c.Store.Share(ctx, system, name, own)
			if err != nil {
				return err
			}
			if kept != own {
				return c.stranger()
			}
		}
	}
	return c.renew()
}

// stranger refuses a core whose keys are not those of the others.
func (c *Core) stranger() error {
	return fmt.Errorf("%s: the database belongs to a core with other keys: copy ca.pem, ca.key and seal.key from its data folder to this one", c.Dir)
}

// fileNodeListen keeps the nodes' address: nodes know it, so it must not change.
const fileNodeListen = "node-listen"

func (c *Core) openNodeSocket(ctx context.Context) (net.Listener, error) {
	file := filepath.Join(c.Dir, fileNodeListen)
	address, kept := c.NodeListen, ""
	if address == "" {
		text, err := os.ReadFile(file) //nolint:gosec // a path inside the data folder
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		kept = strings.TrimSpace(string(text))
		address = cmp.Or(kept, "127.0.0.1:0")
	}
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("nodes' port: %w; choose another with --node-listen", err)
	}
	if c.NodeListen == "" {
		c.NodeListen = socket.Addr().String()
		if c.NodeListen == kept {
			return socket, nil // a full disk would refuse to write it again
		}
		if err := pki.WriteFile(file, []byte(c.NodeListen+"\n")); err != nil {
			return nil, errors.Join(err, socket.Close())
		}
	}
	return socket, nil
}

// nodeURLs are where nodes of other machines find a door: this core's, or those of all
// cores, with commas.
func (c *Core) nodeURLs() []string {
	if c.NodeURL == "" {
		return []string{c.nodeURL()}
	}
	urls := strings.Split(c.NodeURL, ",")
	for i := range urls {
		urls[i] = strings.TrimSpace(urls[i])
	}
	return urls
}

func (c *Core) nodeURL() string {
	host, port, err := net.SplitHostPort(c.nodeSocket.Addr().String())
	if err != nil {
		return "https://" + c.NodeListen
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return "https://" + net.JoinHostPort(host, port)
}

// LocalURL is where nodes of this machine find the door.
func (c *Core) LocalURL() string {
	host, port, err := net.SplitHostPort(c.nodeSocket.Addr().String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return "https://" + net.JoinHostPort("127.0.0.1", port)
	}
	return "https://" + c.nodeSocket.Addr().String()
}

// LocalToken makes an enrolment token for a node of this machine.
func (c *Core) LocalToken(ctx context.Context, client, name string) (string, error) {
	secret, _, err := c.Store.AddEnrolment(ctx, system, client, name)
	if err != nil {
		return "", err
	}
	return wire.Token{Cores: []string{c.LocalURL()}, Authority: c.authority.Fingerprint(), Secret: string(secret)}.String(), nil
}

// renew makes the core's own certificate anew when it is past two thirds of its life.
func (c *Core) renew() error {
	keyFile, certFile := filepath.Join(c.Dir, "core.key"), filepath.Join(c.Dir, "core.pem")
	key, err := pki.OpenKey(keyFile)
	if err != nil {
		return err
	}
	cert, err := pki.ReadCertificate(certFile)
	if errors.Is(err, os.ErrNotExist) || err == nil && (c.Now().After(pki.RenewAt(cert)) || cert.CheckSignatureFrom(c.authority.Certificate) != nil) {
		var signed *x509.Certificate
		if signed, err = c.authority.SignCore(key.Public(), c.Now()); err == nil {
			cert, err = signed, pki.WriteCertificate(certFile, signed.Raw)
		}
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.certificate = pki.Pair(key, cert, c.authority.Certificate)
	c.mu.Unlock()
	return nil
}

// Close releases what New opened. Run must have returned.
func (c *Core) Close() error {
	if err := c.nodeSocket.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return errors.Join(err, c.Store.Close())
	}
	return c.Store.Close()
}

// How long a stop waits for requests that are under way.
const stopWait = 5 * time.Second

// RunDoor answers nodes until ctx ends.
func (c *Core) RunDoor(ctx context.Context) error {
	server := c.ingest.Server(func() *tls.Certificate {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.certificate
	})
	server.ErrorLog = slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)
	return serve(ctx, server, func() error { return server.ServeTLS(c.nodeSocket, "", "") })
}

// RunPeople answers people until ctx ends, and calls ready when it listens.
func (c *Core) RunPeople(ctx context.Context, ready func()) error {
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("people's port: %w; choose another with --listen", err)
	}
	people := &api.API{
		Store: c.Store, Hub: c.hub, Log: c.Log, Now: c.Now, Version: c.Version,
		Cores: c.nodeURLs(), Authority: c.authority.Fingerprint(), Sign: c.authority.SignDigest, Done: c.done,
		Seal: c.seal, Rate: c.Rate, Metrics: c.metrics, Advisories: c.advisories,
	}
	server := &http.Server{
		//nolint:contextcheck // each request brings its own
		Handler:           people.Handler(c.Page),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute, // streams move it on as they write
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(func() { close(c.done) })
	ready()
	// The audit is the last to end: it writes down what the last answers showed.
	auditing, end := context.WithCancel(context.WithoutCancel(ctx))
	audited := make(chan error, 1)
	go func() { audited <- people.RunAudit(auditing) }()
	err = serve(ctx, server, func() error { return server.Serve(socket) })
	end()
	return errors.Join(err, <-audited)
}

// serve runs a server until ctx ends, then lets requests finish for a while.
func serve(ctx context.Context, server *http.Server, run func() error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := run(); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		defer cancel()
		if err := server.Shutdown(stop); err != nil {
			return server.Close() // a request that takes so long is cut; whoever asked asks again
		}
		return nil
	})
	return group.Wait()
}

// RunJobs watches the nodes and does what must be done now and then, until ctx ends.
func (c *Core) RunJobs(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.ingest.Watch(ctx) })
	group.Go(func() error { return c.tidy(ctx) })
	group.Go(func() error { return c.follow(ctx) })
	group.Go(func() error { return c.expire(ctx) })
	group.Go(func() error { return c.advisories.Run(ctx) })
	return group.Wait()
}

func (c *Core) tidy(ctx context.Context) error {
	ticker := time.NewTicker(10 * time.Minute)
	defer ticker.Stop()
	for {
		_, err := c.Store.Only(ctx, system, store.JobTidy, func() error {
			return errors.Join(c.Store.PruneFeed(ctx, system), c.Store.PruneRollups(ctx, system))
		})
		if err = errors.Join(err, c.renew()); err != nil && ctx.Err() == nil {
			c.Log.ErrorContext(ctx, "job failed, trying again later", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// HasData says whether a folder is the data folder of a core.
func HasData(dir string) bool {
	for _, file := range store.Files() {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			return true
		}
	}
	return false
}

// OpenStore opens the database of a data folder without anything around it. It may
// be used while a core runs on the folder.
func OpenStore(ctx context.Context, dir string, database soc.Secret) (*store.Store, error) {
	return store.Open(ctx, store.Options{Dir: dir, Database: database, Now: time.Now})
}

// OpenAPI is the description of people's API, as YAML.
func OpenAPI() ([]byte, error) { return api.OpenAPI() }
