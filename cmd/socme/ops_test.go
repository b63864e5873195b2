package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/socme-project/socme/internal/sshdtest"
)

// opsArgs starts a server and writes an inventory of three hosts, of which one is dead.
func opsArgs(t *testing.T) (dir string, args []string) {
	t.Helper()
	if _, err := os.Stat(sshdtest.Program); err != nil {
		t.Skip("no OpenSSH server here: tools/setup test installs it")
	}
	dir = t.TempDir()
	server, err := sshdtest.Start(context.Background(), dir) //nolint:usetesting // it must outlive the test's context
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("known", server.Pins("127.1.0.1", "127.1.0.2"))
	write("fleet.toml", fmt.Sprintf("[defaults]\nport = %s\n[hosts.a]\naddress = '127.1.0.1'\n[hosts.b]\naddress = '127.1.0.2'\n[hosts.dead]\naddress = '127.1.0.3:1'\n", server.Port))
	return dir, []string{"--inventory", dir + "/fleet.toml", "--known-hosts", dir + "/known", "--key", server.Key, "--agent", ""}
}

// socme runs the command line.
func socme(t *testing.T, in string, args ...string) (out, errs string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(in))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

func sortedLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "|")
}

func TestOpsCommandLine(t *testing.T) {
	dir, common := opsArgs(t)
	ops := func(in, sub string, args ...string) (string, string, error) {
		return socme(t, in, slices.Concat([]string{"ops", sub}, common, args)...)
	}
	out, errs, err := ops("", "run", "echo one; echo two >&2; printf three")
	if sortedLines(out) != "a: one|a: three|b: one|b: three" || !strings.Contains(errs, "a: two\n") || !strings.Contains(errs, "dead: FAILED: connect: connection refused") {
		t.Errorf("run wrote %q and %q", out, errs)
	}
	if err == nil || err.Error() != "1 of 3 hosts failed" {
		t.Errorf("run: %v", err)
	}
	// What stands behind the command is the command's, and means exactly that.
	if out, _, err := ops("", "run", "--on", "a", "printf", "<%s>", "--on", "$HOME it's"); out != "a: <--on><$HOME it's>\n" || err != nil {
		t.Errorf("run wrote %q: %v", out, err)
	}
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho $# \"$1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _, err := ops("", "script", "--on", "^dead", script, "x y", "-z"); sortedLines(out) != "a: 2 x y|b: 2 x y" || err != nil {
		t.Errorf("script wrote %q: %v", out, err)
	}
	if _, errs, err := ops("", "copy", "--on", "a", script, ":"+dir+"/there"); err != nil {
		t.Errorf("copy: %v, %s", err, errs)
	}
	if _, errs, err := ops("", "copy", "--on", "^dead", ":"+dir+"/there", dir+"/got"); err != nil {
		t.Errorf("copy: %v, %s", err, errs)
	}
	for _, host := range []string{"a", "b"} {
		if text, err := os.ReadFile(filepath.Join(dir, "got", host, "there")); err != nil || !bytes.HasPrefix(text, []byte("#!/bin/sh")) {
			t.Errorf("from %s came %q: %v", host, text, err)
		}
	}
	if _, _, err := ops("", "copy", script, dir); err == nil || !strings.Contains(err.Error(), "colon") {
		t.Errorf("copy without a host's side: %v", err)
	}
	if out, _, err := ops("echo 1\n\necho 2\nexit\necho 3\n", "shell", "--on", "^dead"); sortedLines(out) != "a: 1|a: 2|b: 1|b: 2" || err != nil {
		t.Errorf("shell wrote %q: %v", out, err)
	}
	if out, _, err := ops("", "run", "--dry-run", "--on", "dead", "reboot"); !strings.Contains(out, "would sign in") || err != nil {
		t.Errorf("dry run wrote %q: %v", out, err)
	}
}

func TestOpsEventsAsJSON(t *testing.T) {
	_, common := opsArgs(t)
	out, _, _ := socme(t, "", slices.Concat([]string{"ops", "run", "--json"}, common, []string{`printf '\377'; exit 3`})...)
	results := map[string]string{}
	for line := range strings.Lines(out) {
		var e struct {
			Event, Host, Kind, Phase, Base64 string
			Code                             int
			OK                               bool
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		switch e.Event {
		case "output":
			if e.Base64 != "/w==" {
				t.Errorf("output %q", line)
			}
		case "result":
			results[e.Host] = fmt.Sprint(e.OK, e.Code, e.Kind, e.Phase)
		}
	}
	want := map[string]string{"a": "false 3exit statusrun", "b": "false 3exit statusrun", "dead": "false -1connection refusedconnect"}
	if fmt.Sprint(results) != fmt.Sprint(want) {
		t.Errorf("results %v, want %v", results, want)
	}
}

// terminal is a real one of the kernel, with what was written to it.
func terminal(t *testing.T, columns, rows uint16) (screen *os.File, shown func() string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	var read sync.WaitGroup
	read.Go(func() { _, _ = text.ReadFrom(master) }) // ends with an error when the other side is closed
	return screen, func() string {
		_ = screen.Close()
		read.Wait()
		_ = master.Close()
		return strings.ReplaceAll(text.String(), "\r\n", "\n")
	}
}

// onScreen is what stands on a terminal in the end, as far as the table moves its cursor.
func onScreen(text string) string {
	var lines []string
	current := ""
	for text != "" {
		var up int
		if n, err := fmt.Sscanf(text, "\x1b[%dA", &up); n == 1 && err == nil {
			text = text[strings.IndexByte(text, 'A')+1:]
			lines = lines[:max(0, len(lines)-up)]
			current = ""
			continue
		}
		if rest, ok := strings.CutPrefix(text, "\r\x1b[J"); ok {
			text = rest
			continue
		}
		if text[0] == '\n' {
			lines, current = append(lines, current), ""
		} else {
			current += text[:1]
		}
		text = text[1:]
	}
	return strings.Join(append(lines, current), "\n")
}

func TestOpsTableOnATerminal(t *testing.T) {
	_, common := opsArgs(t)
	screen, shown := terminal(t, 60, 20)
	cmd := root()
	cmd.SetArgs(slices.Concat([]string{"ops", "run"}, common, []string{`echo "$SSH_CONNECTION" | cut -d' ' -f3; printf 'evil\033[2J\tline of very many letters, more than the terminal has columns\n'; sleep 0.5`}))
	cmd.SetOut(screen)
	err := cmd.ExecuteContext(t.Context())
	text := shown()
	if err == nil {
		t.Error("the dead host is no failure")
	}
	if !regexp.MustCompile(`HOST +STATE +TIME +LAST\n`).MatchString(text) || !strings.Contains(text, "1 of 3 done, 1 failed, 2 at work") {
		t.Errorf("no live table: %q", text)
	}
	if strings.Contains(text, "\x1b[2J") {
		t.Errorf("a host moved our cursor: %q", text)
	}
	got := onScreen(text)
	if strings.Contains(got, "at work") || strings.Contains(got, "HOST") {
		t.Errorf("the table stays:\n%s", got)
	}
	for _, want := range []string{"a: 127.1.0.1\n", "b: 127.1.0.2\n", "a: evil [2J    line of very many letters", "dead: FAILED: connect: connection refused", "2 of 3 hosts well, 1 failed"} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen does not show %q:\n%s", want, got)
		}
	}
}

func TestFetchCommandLine(t *testing.T) {
	out, _, err := socme(t, "", "fetch", "--json")
	var m struct {
		Kernel   struct{ Release string }
		Software struct{ SOCme string }
	}
	if err != nil || json.Unmarshal([]byte(out), &m) != nil || m.Kernel.Release == "" || m.Software.SOCme != version {
		t.Errorf("fetch --json wrote %q: %v", out, err)
	}
	if out, _, err := socme(t, "", "fetch"); err != nil || strings.Contains(out, "\x1b") || !strings.Contains(out, "kernel  ") {
		t.Errorf("fetch wrote %q: %v", out, err)
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	screen, shown := terminal(t, 40, 20)
	cmd := root()
	cmd.SetArgs([]string{"fetch"})
	cmd.SetOut(screen)
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Error(err)
	}
	text := shown()
	if !strings.Contains(text, "\x1b[1;36mkernel\x1b[0m") {
		t.Errorf("no colour on a terminal: %q", text)
	}
	for line := range strings.Lines(regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(text, "")) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 40 {
			t.Errorf("%d columns of 40: %q", n, line)
		}
	}
}
