package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/socme-project/socme/sdk"
	"github.com/socme-project/socme/soc"
)

// wanted is the file of `socme apply`.
type wanted struct {
	Clients []wantedClient `yaml:"clients"`
	Users   []wantedUser   `yaml:"users"`
	Views   []wantedView   `yaml:"views"`
	// Retention is left alone if the file does not name it.
	Retention *[]wantedPolicy `yaml:"retention"`
}

type wantedClient struct {
	Name  string   `yaml:"name"`
	Nodes []string `yaml:"nodes"`
}

// wantedUser is a user and what they may do. Clients are names, or the one word all.
type wantedUser struct {
	Name    string   `yaml:"name"`
	Role    soc.Role `yaml:"role"`
	Clients []string `yaml:"clients"`
}

// grant is what the API takes.
func (u wantedUser) grant() sdk.For {
	if slices.Equal(u.Clients, []string{"all"}) {
		return sdk.For{AllClients: true}
	}
	return sdk.For{Clients: u.Clients}
}

// wantedView is a view of whoever made the token that applies the file.
type wantedView struct {
	Name   string `yaml:"name"`
	Query  string `yaml:"query"`
	Shared bool   `yaml:"shared"`
	First  bool   `yaml:"first"`
}

type wantedPolicy struct {
	Client   string `yaml:"client"`
	Severity string `yaml:"severity"`
	Days     any    `yaml:"days"` // a number, or forever
}

// readWanted reads a file. A word that it does not know is an error: it may be mistyped.
func readWanted(from io.Reader) (wanted, error) {
	var w wanted
	decoder := yaml.NewDecoder(from)
	decoder.KnownFields(true)
	if err := decoder.Decode(&w); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return w, err
	}
	if err := decoder.Decode(&wanted{}); !errors.Is(err, io.EOF) {
		return w, errors.New("it holds more than one document")
	}
	seen := map[string]bool{}
	for _, c := range w.Clients {
		key := strings.ToLower(c.Name)
		if c.Name == "" || seen[key] {
			return w, fmt.Errorf("a client without a name, or twice: %q", c.Name)
		}
		seen[key] = true
		for _, n := range c.Nodes {
			key := strings.ToLower(c.Name + "\n" + n)
			if n == "" || seen[key] {
				return w, fmt.Errorf("a node of %s without a name, or twice: %q", c.Name, n)
			}
			seen[key] = true
		}
	}
	for _, u := range w.Users {
		key := strings.ToLower("user\n" + u.Name)
		if u.Name == "" || seen[key] {
			return w, fmt.Errorf("a user without a name, or twice: %q", u.Name)
		}
		if !u.Role.Valid() || len(u.Clients) == 0 {
			return w, fmt.Errorf("user %s: say the role (admin, analyst or viewer) and the clients, or clients: [all]", u.Name)
		}
		seen[key] = true
	}
	for _, v := range w.Views {
		key := strings.ToLower("view\n" + v.Name)
		if v.Name == "" || v.Query == "" || seen[key] {
			return w, fmt.Errorf("a view without a name or query, or twice: %q", v.Name)
		}
		seen[key] = true
	}
	_, err := w.policies()
	return w, err
}

// policies are those of the file, as the API writes them.
func (w wanted) policies() ([]soc.RetentionPolicy, error) {
	policies := []soc.RetentionPolicy{}
	if w.Retention == nil {
		return policies, nil
	}
	for _, p := range *w.Retention {
		severity, err := soc.ParseSeverity(p.Severity)
		if err != nil {
			return nil, err
		}
		days, ok := p.Days.(int)
		if !ok && p.Days != "forever" || ok && days < 1 {
			return nil, fmt.Errorf("retention: %v are no days; write a number or forever", p.Days)
		}
		policies = append(policies, soc.RetentionPolicy{Client: p.Client, Severity: severity, Days: days})
	}
	return policies, nil
}

// present is what the core has.
type present struct {
	clients   []soc.Client
	nodes     []soc.Node
	users     []soc.User
	views     []soc.View
	retention soc.Retention
}

// readPresent reads what the file is about: users are for admins of all clients alone.
func readPresent(ctx context.Context, api *sdk.Caller, w wanted) (p present, err error) {
	if len(w.Users) > 0 {
		if p.users, err = api.Users(ctx); err != nil {
			return p, err
		}
	}
	if len(w.Views) > 0 {
		if p.views, err = api.Views(ctx); err != nil {
			return p, err
		}
	}
	if p.clients, err = api.Clients(ctx); err != nil {
		return p, err
	}
	if p.nodes, err = api.Nodes(ctx); err != nil {
		return p, err
	}
	p.retention, err = api.Retention(ctx)
	return p, err
}

// change is one step from what is to what is wanted.
type change struct {
	says string // a line that begins with + or -
	do   func(ctx context.Context, api *sdk.Caller) error
}

// tokenLife is how long an enrolment token is good.
const tokenLife = time.Hour

// plan says what must change. It takes nothing away but policies: what the file does not
// name stays as it is. tokens is the folder for enrolment tokens, "" for none.
func plan(is present, w wanted, tokens string, now time.Time) ([]change, error) {
	var changes []change
	for _, c := range w.Clients {
		known := slices.ContainsFunc(is.clients, func(k soc.Client) bool { return strings.EqualFold(k.Name, c.Name) })
		if !known {
			changes = append(changes, change{says: "+ client " + c.Name, do: func(ctx context.Context, api *sdk.Caller) error {
				_, err := api.AddClient(ctx, c.Name)
				return err
			}})
		}
		for _, name := range c.Nodes {
			enrolled := slices.ContainsFunc(is.nodes, func(n soc.Node) bool {
				return strings.EqualFold(n.Client, c.Name) && strings.EqualFold(n.Name, name) && n.State != soc.NodeRevoked
			})
			if enrolled {
				continue
			}
			if step, needed := enrolment(c.Name, name, tokens, now); needed {
				changes = append(changes, step)
			}
		}
	}
	changes = append(changes, planUsers(is.users, w.Users)...)
	changes = append(changes, planViews(is.views, w.Views)...)
	if w.Retention == nil {
		return changes, nil
	}
	policies, err := w.policies()
	if err != nil {
		return nil, err
	}
	return append(changes, planRetention(is.retention.Policies, policies)...), nil
}

// enrolment makes a token for a node that is not enrolled, unless one that is still good
// lies in the folder.
func enrolment(client, name, tokens string, now time.Time) (change, bool) {
	if tokens == "" {
		return change{says: fmt.Sprintf("  node %s of %s is not enrolled; --tokens DIR makes a token for it", name, client)}, true
	}
	file := filepath.Join(tokens, strings.Map(fileRune, client+"-"+name)+".token")
	if info, err := os.Stat(file); err == nil && now.Sub(info.ModTime()) < tokenLife {
		return change{}, false
	}
	return change{says: fmt.Sprintf("+ token for node %s of %s, in %s", name, client, file), do: func(ctx context.Context, api *sdk.Caller) error {
		token, _, err := api.AddNodeToken(ctx, client, name)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(tokens, 0o700); err != nil {
			return err
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err // its mode might be another
		}
		return os.WriteFile(file, []byte(token+"\n"), 0o600)
	}}, true
}

// fileRune keeps names from leading anywhere else.
func fileRune(r rune) rune {
	if r == '/' || r == '\\' || r == ' ' || r == 0 {
		return '_'
	}
	return r
}

// planRetention is one change of all policies; each line that differs is shown.
func planRetention(is, want []soc.RetentionPolicy) []change {
	key := func(p soc.RetentionPolicy) string {
		return fmt.Sprintf("retention of %s, %s: %s", clientOrAll(p.Client), orLower(p.Severity), kept(p.Days))
	}
	same := func(p soc.RetentionPolicy) func(soc.RetentionPolicy) bool {
		return func(o soc.RetentionPolicy) bool {
			return strings.EqualFold(p.Client, o.Client) && p.Severity == o.Severity && p.Days == o.Days
		}
	}
	var lines []change
	for _, p := range is {
		if !slices.ContainsFunc(want, same(p)) {
			lines = append(lines, change{says: "- " + key(p)})
		}
	}
	for _, p := range want {
		if !slices.ContainsFunc(is, same(p)) {
			lines = append(lines, change{says: "+ " + key(p)})
		}
	}
	if len(lines) > 0 {
		lines[len(lines)-1].do = func(ctx context.Context, api *sdk.Caller) error { return api.SetRetention(ctx, want) }
	}
	return lines
}
