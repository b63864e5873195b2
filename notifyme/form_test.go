package notifyme_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/all"
)

func channel(t *testing.T, kind string) notifyme.Channel {
	t.Helper()
	for _, c := range all.Channels() {
		if c.Kind == kind {
			return c
		}
	}
	t.Fatalf("there is no kind %q", kind)
	return notifyme.Channel{}
}

// Every kind: a form whose fields have help and unique names, that refuses emptiness where something is required, and takes its own defaults.
func TestEveryForm(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range all.Channels() {
		t.Run(c.Kind, func(t *testing.T) {
			if seen[c.Kind] || c.About == "" {
				t.Errorf("kind %q is there twice, or says nothing about itself", c.Kind)
			}
			seen[c.Kind] = true
			names, required := map[string]bool{}, 0
			settings := notifyme.Settings{}
			for _, f := range c.Fields() {
				if names[f.Name] || f.Help == "" || f.Name != strings.ToLower(f.Name) || f.Secret != (f.Type == "secret") {
					t.Errorf("field %+v is there twice, or has no help", f)
				}
				names[f.Name] = true
				if f.Default != "" {
					settings[f.Name] = f.Default
				}
				if f.Required {
					required++
					settings[f.Name] = map[string]any{"secret": "https://example.org/secret", "url": "https://example.org", "list": []any{"a@example.org"}}[f.Type]
					if settings[f.Name] == nil {
						settings[f.Name] = "a@example.org"
					}
				}
			}
			if _, err := c.Open(settings); err != nil {
				t.Errorf("the defaults and an example are refused: %v", err)
			}
			if _, err := c.Open(notifyme.Settings{}); (err == nil) != (required == 0) {
				t.Errorf("an empty form gives %v, and %d fields are required", err, required)
			}
			if _, err := c.Open(notifyme.Settings{"no_such_field": "secretvalue"}); err == nil || !strings.Contains(err.Error(), "no_such_field") || strings.Contains(err.Error(), "secretvalue") {
				t.Errorf("an unknown field gives %v", err)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	t.Run("values come as TOML, JSON and web forms have them", func(t *testing.T) {
		want := &notifyme.Telegram{
			Token: "1:a", Chat: "-100", Topic: 7, Silent: true, Server: "https://api.telegram.org", HTTP: notifyme.HTTP{Timeout: 3 * time.Second},
		}
		for name, settings := range map[string]notifyme.Settings{
			"TOML": {"token": "1:a", "chat": "-100", "topic": int64(7), "silent": true, "timeout": "3s"},
			"JSON": {"token": "1:a", "chat": "-100", "topic": 7.0, "silent": true, "timeout": "3s"},
			"form": {"token": "1:a", "chat": "-100", "topic": "7", "silent": "true", "timeout": "3s"},
		} {
			got, err := channel(t, "telegram").Open(settings)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || got.(*notifyme.Telegram).Token != "1:a" {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
		}
	})
	for _, tt := range []struct {
		name, kind, field string
		value             any
	}{
		{"a number that is none", "telegram", "topic", "secret1"},
		{"a number with a fraction", "telegram", "topic", 1.5},
		{"a negative number", "telegram", "topic", int64(-1)},
		{"a truth that is none", "telegram", "silent", "secret1"},
		{"a duration that is none", "telegram", "timeout", int64(5)},
		{"a choice that is none", "sms", "method", "SECRET1"},
		{"a list with a number in it", "signal", "to", []any{int64(1)}},
		{"an address of another scheme", "gotify", "server", "file:///secret1"},
		{"an address that holds a password", "gotify", "server", "https://a:secret1@example.org"},
		{"a webhook that is no address", "slack-webhook", "url", "secret1"},
		{"a token with a line break", "ntfy", "token", "secret1\r\nX-Evil: 1"},
	} {
		t.Run(tt.name+" is named and not shown", func(t *testing.T) {
			_, err := channel(t, tt.kind).Open(notifyme.Settings{tt.field: tt.value})
			if err == nil || !strings.Contains(err.Error(), tt.field+": ") || strings.Contains(strings.ToLower(err.Error()), "secret1") {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestReadSecrets(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "good"), "tk_1\n", 0o600)
	write(t, filepath.Join(folder, "open"), "tk_1\n", 0o600)
	if err := os.Chmod(filepath.Join(folder, "open"), 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "empty"), "\n", 0o600)
	c := channel(t, "ntfy")
	got, err := c.ReadSecrets(notifyme.Settings{"topic": "soc", "token_file": "good"}, folder)
	if diff := cmp.Diff(notifyme.Settings{"topic": "soc", "token": "tk_1"}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for name, settings := range map[string]notifyme.Settings{
		"a secret in the settings":      {"token": "tk_1"},
		"a file that all may read":      {"token_file": "open"},
		"an empty file":                 {"token_file": "empty"},
		"a file that is not there":      {"token_file": "absent"},
		"a file's name that is no text": {"token_file": int64(1)},
	} {
		if _, err := c.ReadSecrets(settings, folder); err == nil || strings.Contains(err.Error(), "tk_1") {
			t.Errorf("%s: err = %v, want one without the secret", name, err)
		}
	}
}

func TestSecret(t *testing.T) {
	s := struct{ Token notifyme.Secret }{"tk_1"}
	encoded, err := json.Marshal(s)
	shown := fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s.Token, s.Token, s.Token, s.Token) + string(encoded)
	if err != nil || strings.Contains(shown, "tk_1") || strings.Contains(shown, "746b5f31") || !strings.Contains(shown, "***") {
		t.Errorf("it is shown as %s, %v", shown, err)
	}
}
