package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNotify(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Header.Get("Authorization") + " " + string(body)
		if strings.Contains(got, "refuse") {
			http.Error(w, "no, "+got, http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `{"id":"one"}`)
	}))
	defer server.Close()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("token", "tk_secret\n")
	good := file("good.toml", fmt.Sprintf("kind = \"ntfy\"\nserver = %q\ntopic = \"soc\"\ntoken_file = \"token\"\n", server.URL))
	bad := file("bad.toml", fmt.Sprintf("kind = \"ntfy\"\nserver = %q\ntopic = \"refuse\"\ntoken_file = \"token\"\n", server.URL))
	open := file("open.toml", "kind = \"ntfy\"\ntopic = \"soc\"\ntoken = \"tk_secret\"\n")

	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := root()
		cmd.SetArgs(append([]string{"notify"}, args...))
		cmd.SetOut(&out)
		err := cmd.ExecuteContext(t.Context())
		if shown := out.String() + fmt.Sprint(err); strings.Contains(shown, "tk_secret") {
			t.Errorf("the secret is in %s", shown)
		}
		return out.String(), err
	}
	t.Run("a good channel has it", func(t *testing.T) {
		out, err := run("test", "--channel", good, "--severity", "high", "Does this reach you?")
		if err != nil || !strings.Contains(out, "sent") || !strings.Contains(out, "one") || !strings.Contains(got, "Bearer tk_secret") || !strings.Contains(got, "Does this reach you?") {
			t.Errorf("out = %q, %v; the server got %q", out, err, got)
		}
	})
	t.Run("each channel's outcome is told, and one that fails fails the command", func(t *testing.T) {
		out, err := run("test", "--channel", good, "--channel", bad, "--json", "x")
		if err == nil || !strings.Contains(out, `"outcome":"sent"`) || !strings.Contains(out, `"outcome":"permanent"`) {
			t.Errorf("out = %q, %v", out, err)
		}
	})
	t.Run("a secret in the file itself is refused", func(t *testing.T) {
		if _, err := run("test", "--channel", open, "x"); err == nil || !strings.Contains(err.Error(), "token_file") {
			t.Errorf("err = %v, want one that names token_file", err)
		}
	})
	t.Run("the kinds and their fields are listed", func(t *testing.T) {
		kinds, err := run("channels")
		fields, err2 := run("channels", "phone")
		if err != nil || err2 != nil || !strings.Contains(kinds, "phone") || !strings.Contains(fields, "password_file") || strings.Contains(fields, "\npassword ") {
			t.Errorf("got %q and %q", kinds, fields)
		}
	})
}
