package opsme_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/opsme"
)

// right is the password of the users below.
const right = "correct horse"

// withUsers starts a server that has users of its own: alice may become root by sudo with
// her password, bob without one, carol may not. They exist in a mount namespace only, so
// the machine's own users stay as they are.
func withUsers(t *testing.T, more string) *sshd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("users of our own need root")
	}
	must(t, os.Chmod(filepath.Dir(t.TempDir()), 0o755)) // the users read their keys there
	for _, program := range []string{"sudo", "unshare"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s here: tools/setup test installs it", program)
		}
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	passwd, shadow := fileText(t, "/etc/passwd"), fileText(t, "/etc/shadow")
	for i, name := range []string{"alice", "bob", "carol"} {
		home := filepath.Join(dir, name)
		must(t, os.Mkdir(home, 0o755))
		must(t, os.Chown(home, 46001+i, 46001))
		passwd += fmt.Sprintf("%s:x:%d:46001::%s:/bin/sh\n", name, 46001+i, home)
		shadow += name + `:$6$opsmetest$zDAXk3TqJ0CkWrpGiqaahkp7ZdMj7lDCq5SXi8v9PjBrw8ZL0nERo0uY13VAvYUY38APT4xhgqgXxsj29mc8b1:20000:0:99999:7:::` + "\n"
	}
	for _, file := range []struct {
		of, text string
		mode     os.FileMode
	}{
		{"/etc/passwd", passwd, 0o644},
		{"/etc/shadow", shadow, 0o600},
		{"/etc/sudoers", "alice ALL=(ALL:ALL) ALL\nbob ALL=(ALL:ALL) NOPASSWD: ALL\n", 0o440},
	} {
		path := filepath.Join(dir, filepath.Base(file.of))
		must(t, os.WriteFile(path, []byte(file.text), file.mode))
		must(t, os.Chmod(path, file.mode))
	}
	return startSSHD(t, more, "unshare", "--mount", "--propagation", "private", "/bin/sh", "-c",
		`cd "$0" && for f in passwd shadow sudoers; do mount --bind $f /etc/$f || exit 1; done; cd / && exec "$@"`, dir)
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return strings.TrimRight(string(text), "\n") + "\n"
}

// answers answers what is asked by kind, and counts.
type answers struct {
	by    map[opsme.PromptKind]string
	asked []opsme.Prompt
}

func (a *answers) ask(_ context.Context, p opsme.Prompt) (string, error) {
	a.asked = append(a.asked, p)
	if answer, ok := a.by[p.Kind]; ok {
		return answer, nil
	}
	return "", errors.New("no answer to that")
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, config string }{
		{"asked for by the protocol", "PasswordAuthentication yes\nKbdInteractiveAuthentication no\n"},
		{"asked for by PAM", "PasswordAuthentication no\nKbdInteractiveAuthentication yes\nUsePAM yes\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := withUsers(t, tt.config)
			h := s.at("here", "127.0.0.1")
			h.User = "alice"
			for password, kind := range map[string]opsme.Kind{right: "", "wrong": opsme.Denied} {
				a := &answers{by: map[opsme.PromptKind]string{opsme.Password: password}}
				f := newFleet(t, opsme.Options{KnownHosts: known(t, opsme.RefuseNew, s.pins("127.0.0.1")), Identity: opsme.Identity{Ask: a.ask}})
				o := one(t, f, h, command("id -un"))
				if kind == "" && (!o.OK() || string(o.Stdout) != "alice\n") {
					t.Errorf("wrote %q: %v", o.Stdout, o.Err)
				} else if kind != "" {
					fails(t, o.Err, kind, opsme.Authenticating)
				}
				if len(a.asked) != 1 || a.asked[0].User != "alice" || a.asked[0].Host != "here" || a.asked[0].Echo {
					t.Errorf("asked %+v, want once", a.asked)
				}
				if o.Err != nil && strings.Contains(o.Err.Error(), password+" ") {
					t.Errorf("the password is in %v", o.Err)
				}
			}
		})
	}
}

func TestSudo(t *testing.T) {
	t.Parallel()
	s := withUsers(t, "")
	tests := []struct {
		name, user string
		password   string // "" is nobody to ask
		kind       opsme.Kind
		says       string
		asked      int
	}{
		{"with the password", "alice", right, "", "", 1},
		{"without one", "bob", "", "", "", 0},
		{"with a wrong one", "alice", "wrong", opsme.SudoDenied, "the password is wrong", 1},
		{"with nobody to ask", "alice", "", opsme.SudoDenied, "nobody to ask", 0},
		{"by one who may not", "carol", right, opsme.SudoDenied, "not in the sudoers", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := &answers{by: map[opsme.PromptKind]string{opsme.Sudo: tt.password}}
			identity := opsme.Identity{Keys: []string{s.key.path}}
			if tt.password != "" {
				identity.Ask = a.ask
			}
			f := newFleet(t, opsme.Options{KnownHosts: known(t, opsme.RefuseNew, s.pins("127.0.0.1")), Identity: identity})
			h := s.at("here", "127.0.0.1")
			h.User = tt.user
			o := one(t, f, h, opsme.Command{Line: "id -un; cat; echo err >&2; exit 7", Stdin: []byte("its own input"), As: "root"})
			if tt.kind == "" {
				if string(o.Stdout) != "root\nits own input" || string(o.Stderr) != "err\n" || o.Code != 7 {
					t.Errorf("wrote %q and %q: %v", o.Stdout, o.Stderr, o.Err)
				}
			} else if fails(t, o.Err, tt.kind, opsme.Running); !strings.Contains(o.Err.Error(), tt.says) || len(o.Stdout) > 0 {
				t.Errorf("error %v, want %q; wrote %q", o.Err, tt.says, o.Stdout)
			}
			if len(a.asked) != tt.asked {
				t.Errorf("asked %+v, want %d times", a.asked, tt.asked)
			}
		})
	}
	t.Run("a script, and who is not root", func(t *testing.T) {
		t.Parallel()
		f := newFleet(t, s.options(t, s.pins("127.0.0.1")))
		h := s.at("here", "127.0.0.1")
		h.User = "bob"
		o := one(t, f, h, opsme.Script{Name: "x", Body: []byte("#!/bin/sh\nid -un; echo $1"), Args: []string{"a b"}, As: "carol"})
		if string(o.Stdout) != "carol\na b\n" {
			t.Errorf("wrote %q and %q: %v", o.Stdout, o.Stderr, o.Err)
		}
	})
	t.Run("what is cancelled ends, though it is root's", func(t *testing.T) {
		t.Parallel()
		f := newFleet(t, opsme.Options{KnownHosts: known(t, opsme.RefuseNew, s.pins("127.0.0.1")), Identity: opsme.Identity{
			Keys: []string{s.key.path}, Ask: (&answers{by: map[opsme.PromptKind]string{opsme.Sudo: right}}).ask,
		}})
		h := s.at("here", "127.0.0.1")
		h.User = "alice"
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		pid := ""
		for event := range f.Do(ctx, []opsme.Host{h}, opsme.Job{Task: opsme.Command{Line: "sleep 600 & echo $!; wait", As: "root"}}) {
			switch e := event.(type) {
			case opsme.Output:
				pid = strings.TrimSpace(string(e.Data))
				cancel()
			case opsme.Result:
				fails(t, e.Err, opsme.Cancelled, opsme.Running)
			}
		}
		eventually(t, "process "+pid+" to end", func() bool {
			_, err := os.Stat("/proc/" + pid)
			return err != nil && pid != ""
		})
	})
}

func TestAskOnceAsksForEachUserAndKindOnce(t *testing.T) {
	a := &answers{by: map[opsme.PromptKind]string{opsme.Password: "p", opsme.Sudo: "s", opsme.Question: "123456"}}
	ask := opsme.AskOnce(a.ask)
	for range 2 {
		for _, p := range []opsme.Prompt{
			{Kind: opsme.Password, Host: "a", User: "alice"},
			{Kind: opsme.Password, Host: "b", User: "alice"},
			{Kind: opsme.Password, Host: "b", User: "bob"},
			{Kind: opsme.Sudo, Host: "a", User: "alice"},
			{Kind: opsme.Question, Host: "a", User: "alice"}, // a code works once
		} {
			if got, err := ask(t.Context(), p); err != nil || got != a.by[p.Kind] {
				t.Errorf("%+v: %q, %v", p, got, err)
			}
		}
	}
	if len(a.asked) != 5 {
		t.Errorf("asked %d times, want 5: %+v", len(a.asked), a.asked)
	}
}
