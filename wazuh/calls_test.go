package wazuh_test

import (
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/socme-project/socme/wazuh"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

func TestTheLifeOfAnAgent(t *testing.T) {
	s := wazuhtest.New()
	c, ctx := ask(t, s), t.Context()
	key, err := c.Agents.Add(ctx, "web-1", "")
	if err != nil || key.ID != "001" {
		t.Fatalf("%v, %v", key, err)
	}
	if again, err := c.Agents.Key(ctx, "001"); err != nil || again.Key != key.Key {
		t.Errorf("Key: %v", err)
	}
	if _, err := c.Agents.Add(ctx, "web-1", ""); !errors.Is(err, wazuh.ErrExists) {
		t.Errorf("the same name: %v, want ErrExists", err)
	}
	if _, err := c.Agents.Restart(ctx, "001"); !errors.Is(err, wazuh.ErrInactive) {
		t.Errorf("restart of one that never came: %v, want ErrInactive", err)
	}
	s.AddAgents(2)
	if told, err := c.Agents.Restart(ctx, "001", "002", "003"); !slices.Equal(told, []wazuh.AgentID{"002", "003"}) || !errors.Is(err, wazuh.ErrInactive) {
		t.Errorf("restart: %v, %v", told, err)
	}
	gone, err := c.Agents.Delete(ctx, wazuh.AgentDelete{IDs: []wazuh.AgentID{"001", "099"}})
	if !slices.Equal(gone, []wazuh.AgentID{"001"}) || !errors.Is(err, wazuh.ErrNotFound) {
		t.Errorf("delete: %v, %v", gone, err)
	}
	if _, err := c.Agents.Agent(ctx, "001"); !errors.Is(err, wazuh.ErrNotFound) {
		t.Errorf("afterwards: %v", err)
	}
	for _, err := range []error{
		second(c.Agents.Delete(ctx, wazuh.AgentDelete{})), second(c.Agents.Agent(ctx, "")), second(c.Agents.Key(ctx, "")),
		second(c.Groups.Delete(ctx)), second(c.Users.Delete(ctx)),
	} {
		if err == nil || !strings.Contains(err.Error(), "is given") {
			t.Errorf("without an id: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestFilesOfTheRuleset(t *testing.T) {
	c, ctx := ask(t, wazuhtest.New()), t.Context()
	file := wazuh.FileRef{Name: "own.xml"}
	text := []byte("<group name=\"own,\">\n\t<!-- ü & co -->\n</group>\n")
	text = []byte(strings.ReplaceAll(string(text), "&", "&amp;"))
	if err := c.Rules.Files.Write(ctx, file, text, false); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Rules.Files.Read(ctx, file); err != nil || string(got) != string(text) {
		t.Errorf("read back %q, %v", got, err)
	}
	if err := c.Rules.Files.Write(ctx, file, text, false); !errors.Is(err, wazuh.ErrExists) {
		t.Errorf("again: %v, want ErrExists", err)
	}
	if err := c.Rules.Files.Write(ctx, file, text, true); err != nil {
		t.Errorf("with overwrite: %v", err)
	}
	var failed *wazuh.FailedError
	if err := c.Rules.Files.Write(ctx, file, []byte("<group"), true); !errors.As(err, &failed) || failed.Failures[0].Code != 1113 {
		t.Errorf("what does not parse: %v, want code 1113", err)
	}
	if err := c.Rules.Files.Delete(ctx, file); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		c.Rules.Files.Delete(ctx, file), second(c.Rules.Files.Read(ctx, file)),
		second(c.Decoders.Files.Read(ctx, file)), second(c.Lists.Read(ctx, "own")),
	} {
		if !errors.Is(err, wazuh.ErrNotFound) {
			t.Errorf("when it is gone: %v, want ErrNotFound", err)
		}
	}
	if values, err := c.Lists.Values(ctx, "bad-words"); err != nil || values["error"] != "2" {
		t.Errorf("%v, %v", values, err)
	}
	big := make([]byte, 11<<20)
	var api *wazuh.APIError
	if err := c.Lists.Write(ctx, "big", big, false); !errors.As(err, &api) || api.Status != 413 {
		t.Errorf("11 MiB: %v, want HTTP 413", err)
	}
}

func TestASessionOfLogtest(t *testing.T) {
	c, ctx := ask(t, wazuhtest.New()), t.Context()
	in := wazuh.LogtestInput{Event: "Failed password for invalid user x", Format: "syslog", Location: "x"}
	for fired := range 3 {
		r, err := c.Logtest.Run(ctx, in)
		if err != nil || !r.Alert || r.Output.Rule == nil || int(r.Output.Rule.FiredTimes) != fired+1 {
			t.Fatalf("%+v, %v", r, err)
		}
		in.Token = r.Token
	}
	if r, err := c.Logtest.Run(ctx, wazuh.LogtestInput{Event: "hello", Format: "syslog", Location: "x", Token: in.Token}); err != nil || r.Alert || r.Output.Rule != nil {
		t.Errorf("an event that no rule fits: %+v, %v", r, err)
	}
	if err := c.Logtest.End(ctx, in.Token); err != nil {
		t.Error(err)
	}
	var e *wazuh.LogtestError
	if err := c.Logtest.End(ctx, in.Token); !errors.Is(err, wazuh.ErrNotFound) || !errors.As(err, &e) || e.Code != -1 {
		t.Errorf("again: %v, want ErrNotFound", err)
	}
}

func TestManagerOfWazuh5IsANode(t *testing.T) {
	s := wazuhtest.New()
	s.Version = "5.0.0"
	c, ctx := ask(t, s), t.Context()
	info, err := c.Manager.Info(ctx)
	if err != nil || info.Path != "/var/wazuh-manager" {
		t.Errorf("%+v, %v", info, err)
	}
	status, err := c.Manager.Status(ctx)
	if err != nil || !status.Ready || status.Daemons["wazuh-manager-analysisd"].State != "running" {
		t.Errorf("%+v, %v", status, err)
	}
	if logs, err := wazuh.Collect(c.Manager.Logs(ctx, wazuh.LogFilter{})); err != nil || len(logs) != 2 || strings.HasPrefix(logs[0].Description, " ") {
		t.Errorf("%+v, %v", logs, err)
	}
	if err := errors.Join(c.Manager.Restart(ctx), c.Manager.Reload(ctx)); err != nil {
		t.Error(err)
	}
	if sent := s.Sent(); !slices.Equal(sent, []string{"restart node01", "reload node01"}) {
		t.Errorf("told: %q", sent)
	}
	named := 0
	for _, r := range s.Requests() {
		if r == "GET /cluster/local/info" {
			named++
		}
	}
	if named != 1 {
		t.Errorf("the node was asked %d times for its name, want once", named)
	}
	before := len(s.Requests())
	if _, err := wazuh.Collect(c.Rules.List(ctx, wazuh.RuleFilter{})); !errors.Is(err, wazuh.ErrUnsupported) || len(s.Requests()) != before {
		t.Errorf("rules: %v, want ErrUnsupported unasked", err)
	}
	if _, err := c.Manager.ReloadRuleset(ctx); !errors.Is(err, wazuh.ErrUnsupported) {
		t.Errorf("reload of the ruleset: %v", err)
	}
}

func TestACallThatTheServerDoesNotKnowIsUnsupported(t *testing.T) {
	c := ask(t, wazuhtest.New())
	for _, call := range []wazuh.Call{{Path: "/nope"}, {Method: "POST", Path: "/manager/info"}} {
		if _, err := c.Do(t.Context(), call); !errors.Is(err, wazuh.ErrUnsupported) || errors.Is(err, wazuh.ErrNotFound) {
			t.Errorf("%+v: %v, want ErrUnsupported", call, err)
		}
	}
}

func TestAServerThatWasUpgradedIsAskedAnew(t *testing.T) {
	s := wazuhtest.New()
	c, ctx := ask(t, s), t.Context()
	if _, err := c.Manager.Info(ctx); err != nil {
		t.Fatal(err)
	}
	s.Upgrade("5.0.0")
	if _, err := c.Manager.Info(ctx); !errors.Is(err, wazuh.ErrUnsupported) {
		t.Errorf("the first call after it: %v", err)
	}
	if info, err := c.Manager.Info(ctx); err != nil || info.Path != "/var/wazuh-manager" {
		t.Errorf("after the upgrade: %+v, %v", info, err)
	}
}

func TestCompleteLetsTheServerTakeItsTime(t *testing.T) {
	s := wazuhtest.New()
	c := ask(t, s).Complete()
	if _, err := c.Agents.Status(t.Context()); err != nil {
		t.Fatal(err)
	}
	requests := s.Requests()
	if last := requests[len(requests)-1]; last != "GET /agents/summary/status?wait_for_complete=true" {
		t.Errorf("asked %s", last)
	}
}

func TestWhoseCertificateIsTrusted(t *testing.T) {
	s := wazuhtest.New()
	server := s.StartTLS()
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(trust wazuh.Trust) error {
		c := ask(t, s, func(o *wazuh.Options) { o.URL, o.Transport, o.Trust = server.URL, nil, trust })
		defer c.Close()
		_, err := c.Info(t.Context())
		return err
	}
	if err := with(wazuh.Trust{}); err == nil || !strings.Contains(err.Error(), "CAFile") {
		t.Errorf("nobody: %v", err)
	}
	wrong := with(wazuh.Trust{Fingerprint: strings.Repeat("0", 64)})
	var certificate *wazuh.CertificateError
	if !errors.As(wrong, &certificate) {
		t.Fatalf("another one: %v", wrong)
	}
	for _, trust := range []wazuh.Trust{{CAFile: file}, {Insecure: true}, {Fingerprint: certificate.Fingerprint}} {
		if err := with(trust); err != nil {
			t.Errorf("%+v: %v", trust, err)
		}
	}
	if n := logins(s); n != 3 {
		t.Errorf("the password was sent %d times, want 3: never to one that is not trusted", n)
	}
}

func TestAUserWithoutRoles(t *testing.T) {
	s := wazuhtest.New()
	s.AddUser("reader", "x")
	c := ask(t, s, func(o *wazuh.Options) { o.Username, o.Password = "reader", wazuh.PasswordText("x") })
	if agents, err := wazuh.Collect(c.Agents.List(t.Context(), wazuh.AgentFilter{})); err != nil || len(agents) != 0 {
		t.Errorf("%v, %v: a list is empty then", agents, err)
	}
	if _, err := c.Security.Config(t.Context()); !errors.Is(err, wazuh.ErrForbidden) {
		t.Errorf("%v, want ErrForbidden", err)
	}
}

func TestChangesThatEndTokensDoNotEndTheClient(t *testing.T) {
	s := wazuhtest.New()
	c, ctx := ask(t, s), t.Context()
	if err := c.Security.SetConfig(ctx, wazuh.SecurityConfig{TokenLife: 600}); err != nil {
		t.Fatal(err)
	}
	if config, err := c.Security.Config(ctx); err != nil || config.TokenLife != 600 {
		t.Errorf("%+v, %v", config, err)
	}
	u, err := c.Users.Create(ctx, "ada", "Secret-123")
	if err != nil || u.ID != 100 {
		t.Fatalf("%+v, %v", u, err)
	}
	var api *wazuh.APIError
	if _, err := c.Users.Create(ctx, "bob", "weakweak"); !errors.As(err, &api) || api.Code != 5007 || strings.Contains(err.Error(), "weakweak") {
		t.Errorf("a weak password: %v", err)
	}
	if err := c.Security.RevokeAll(ctx); err != nil {
		t.Error(err)
	}
	if gone, err := c.Users.Delete(ctx, 100); err != nil || len(gone) != 1 || gone[0].Name != "ada" {
		t.Errorf("%+v, %v", gone, err)
	}
}
