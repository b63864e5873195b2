package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/core"
	"github.com/socme-project/socme/internal/folder"
	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/node/command"
	"github.com/socme-project/socme/soc"
	"github.com/socme-project/socme/web"
)

// The sensors' usual places on this machine.
var usualSensors = []config.Source{
	{Name: "Suricata", Kind: config.KindSuricata, Path: "/var/log/suricata/eve.json"},
	{Name: "Wazuh", Kind: config.KindWazuh, Path: "/var/ossec/logs/alerts/alerts.json"},
}

const localClient = "local"

// upFlags are the flags of `socme up`.
type upFlags struct {
	data, databaseFile, listen, nodeListen, nodeURL string
	rate                                            int
	demo, verbose                                   bool
}

func up() *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the core and a node for this machine",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runUp(cmd.Context(), cmd.OutOrStdout(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "data", "data folder")
	addDatabaseFlag(cmd, &f.databaseFile)
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "people's address; put it behind TLS before you leave the loopback")
	flags.StringVar(&f.nodeListen, "node-listen", "", "nodes' address (default: a free port of the loopback, picked once)")
	flags.StringVar(&f.nodeURL, "node-url", "", "where nodes reach it, for enrolment tokens; of several cores all, with commas (default: from --node-listen)")
	flags.IntVar(&f.rate, "rate", 200, "requests a second for each user and each token")
	flags.BoolVar(&f.demo, "demo", false, "add example clients with recorded attacks")
	flags.BoolVar(&f.verbose, "verbose", false, "log more")
	return cmd
}

// heapGrowth is how much a core's heap may grow between two collections, in percent of
// what lives: a core decodes much and keeps little, so rarer collections save work, but
// with two thousand nodes connected, what lives is much. GOGC in the environment goes
// before it.
const heapGrowth = 150

func runUp(ctx context.Context, out io.Writer, f upFlags) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	log := newLog(f.verbose)
	database, err := readDatabase(f.databaseFile)
	if err != nil {
		return err
	}
	unlock, err := folder.Open(f.data)
	if err != nil {
		return err
	}
	defer unlock()
	c, err := core.New(ctx, core.Options{
		Dir: f.data, Database: database, Listen: f.listen, NodeListen: f.nodeListen, NodeURL: f.nodeURL, Rate: f.rate,
		Version: version, Page: web.Handler(), Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.RunDoor(ctx) })
	err = start(ctx, group, c, out, f, log)
	if err != nil {
		group.Go(func() error { return err }) // ends the others
	}
	return errors.Join(group.Wait(), c.Close())
}

// start brings up the nodes of this machine and then people's port: it listens only
// when everything behind it is ready.
func start(ctx context.Context, group *errgroup.Group, c *core.Core, out io.Writer, f upFlags, log *slog.Logger) error {
	scope := soc.System("up")
	_, err := c.Store.Client(ctx, scope, localClient)
	if errors.Is(err, soc.ErrNotFound) {
		_, err = c.Store.AddClient(ctx, scope, localClient, false)
	}
	if err != nil {
		return err
	}
	conf, err := localConfig(filepath.Join(f.data, "node"))
	if err != nil {
		return err
	}
	local := localNode{dir: filepath.Join(f.data, "node"), client: localClient, name: command.Hostname(), config: conf}
	n, err := local.open(ctx, c, log)
	if err != nil {
		return err
	}
	group.Go(func() error { return n.Run(ctx) })
	if f.demo {
		d := examples{core: c, dir: filepath.Join(f.data, "demo"), log: log}
		if err := d.start(ctx, group); err != nil {
			return err
		}
	}
	group.Go(func() error { return c.RunJobs(ctx) })
	link, err := signInLink(ctx, c)
	if err != nil { // a full disk must not keep people with a password from reading
		log.ErrorContext(ctx, "no sign-in link was made", "err", err)
	}
	group.Go(func() error {
		return c.RunPeople(ctx, func() { greet(out, f, c, conf.Sources, link) })
	})
	return nil
}

// localNode is a node in this process. It talks to the core over TLS like any other.
type localNode struct {
	dir, client, name string
	config            config.Node
	agents            func() ([]soc.ManagedAgent, error) // of an example; nil for a real one
}

// open enrols it if it is not yet. It does nothing until it runs.
func (l localNode) open(ctx context.Context, c *core.Core, log *slog.Logger) (*node.Node, error) {
	id, err := node.ReadIdentity(l.dir)
	switch {
	case errors.Is(err, node.ErrNotEnrolled):
		token, err := c.LocalToken(ctx, l.client, l.name)
		if err != nil {
			return nil, err
		}
		if _, err := node.Enrol(ctx, l.dir, token, l.name); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case len(id.Cores) != 1 || id.Cores[0] != c.LocalURL():
		if err := node.WriteCores(l.dir, []string{c.LocalURL()}); err != nil {
			return nil, err
		}
	}
	return node.New(ctx, node.Options{Dir: l.dir, Config: l.config, Version: version, Log: log.With("node", l.name), Now: time.Now, Agents: l.agents})
}

// localConfig is what node.toml says, with the usual sensors that exist.
func localConfig(dir string) (config.Node, error) {
	conf, err := config.ReadNode(dir)
	if err != nil {
		return conf, err
	}
	for _, usual := range usualSensors {
		known := slices.ContainsFunc(conf.Sources, func(s config.Source) bool { return s.Path == usual.Path })
		// The folder counts: a sensor that is installed and has not written yet.
		if _, err := os.Stat(filepath.Dir(usual.Path)); err == nil && !known {
			conf.Sources = append(conf.Sources, usual)
		}
	}
	return conf, nil
}

// signInLink is the link of an admin without a password, "" once one has it.
func signInLink(ctx context.Context, c *core.Core) (string, error) {
	scope := soc.System("up")
	has, err := c.Store.AdminWithPassword(ctx, scope)
	if err != nil || has {
		return "", err
	}
	secret, err := c.Store.AddLink(ctx, scope)
	if err != nil {
		return "", err
	}
	// Behind the #, so that it reaches no log: browsers keep that part to themselves.
	return "http://" + visible(c.Listen) + "/sign-in#link=" + string(secret), nil
}

// visible is an address that a browser on this machine can open.
func visible(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback()))
}

func greet(out io.Writer, f upFlags, c *core.Core, sensors []config.Source, link string) {
	var b strings.Builder
	data, err := filepath.Abs(f.data)
	if err != nil {
		data = f.data
	}
	fmt.Fprintf(&b, "SOCme %s is ready.\n\n  data     %s\n  nodes    %s\n", version, data, c.LocalURL())
	for _, s := range sensors {
		state := ""
		if _, err := os.Stat(s.Path); err != nil {
			state = " (waiting for it to appear)"
		}
		fmt.Fprintf(&b, "  sensor   %s: %s%s\n", s.Name, s.Path, state)
	}
	if len(sensors) == 0 {
		fmt.Fprintf(&b, "  sensor   none found on this machine\n")
	}
	fmt.Fprintf(&b, "           to add one, edit %s and start again\n", filepath.Join(data, "node", config.NodeFile))
	if f.demo {
		fmt.Fprintf(&b, "  demo     example data of %s; `socme demo reset --data %s` removes it\n", demoClients(), f.data)
	}
	if !onLoopback(f.listen) {
		fmt.Fprintf(&b, "\nOther machines can reach %s, and it speaks plain HTTP: let only a tailnet or a TLS proxy at it.\n", f.listen)
	}
	if link == "" {
		fmt.Fprintf(&b, "\nOpen http://%s\n", visible(f.listen))
	} else {
		fmt.Fprintf(&b, "\nSign in once with this link, and set a password there:\n  %s\n", link)
	}
	_, _ = io.WriteString(out, b.String())
}
