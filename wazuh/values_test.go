package wazuh_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/wazuh"
)

func TestTimesInAllTheirForms(t *testing.T) {
	want := time.Date(2026, 11, 23, 13, 42, 53, 0, time.UTC)
	for _, text := range []string{
		`"2026-11-23T13:42:53+00:00"`, `"2026-11-23T13:42:53Z"`, `"2026-11-23T14:42:53.000+0100"`, `"2026-11-23 13:42:53+00:00"`,
		`"2026-11-23T13:42:53.000000Z"`, `"2026-11-23T13:42:53"`, `"2026/11/23 13:42:53"`, `1795441373`,
	} {
		var got wazuh.Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{`""`, `null`, `"soon"`, `{}`, `"22021-05-28T12:16:14Z"`} {
		got := wazuh.Time{Time: want}
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.IsZero() {
			t.Errorf("%s is %v, %v; want no time and no error", text, got, err)
		}
	}
}

func TestVersions(t *testing.T) {
	tests := []struct {
		text string
		want string // "" is no version
	}{
		{"4.14.7", "4.14.7"},
		{"v4.8.0", "4.8.0"},
		{"5.0.0-beta4", "5.0.0"},
		{"Wazuh v4.9.1", "4.9.1"},
		{"4.14", "4.14.0"},
		{"", ""},
		{"four", ""},
		{"4", ""},
		{"4.-1.0", ""},
	}
	for _, tt := range tests {
		v, err := wazuh.ParseVersion(tt.text)
		if got := v.String(); (err == nil) != (tt.want != "") || err == nil && got != tt.want {
			t.Errorf("%q is %s, %v; want %q", tt.text, got, err, tt.want)
		}
	}
	if !(wazuh.Version{Major: 4, Minor: 9}).Before(wazuh.Version{Major: 4, Minor: 10}) || (wazuh.Version{Major: 5}).Before(wazuh.Version{Major: 4, Minor: 14}) {
		t.Error("versions are compared as texts")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	key := wazuh.AgentKey{ID: "001", Key: "MDAxIGEgYW55IHNlY3JldA=="}
	for _, format := range []string{"%v", "%s", "%+v", "%#v"} {
		if text := fmt.Sprintf(format, key); strings.Contains(text, key.Key) {
			t.Errorf("%s prints %s", format, text)
		}
	}
	if line, err := key.Line(); err != nil || line != "001 a any secret" {
		t.Errorf("Line = %q, %v", line, err)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for _, url := range []string{"", "wazuh:55000", "ftp://x", "https://u:hunter2@x", "https://x/?a=b", "https://\x7f"} {
		if _, err := wazuh.New(wazuh.Options{URL: url}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, trust := range []wazuh.Trust{
		{CAFile: "/nonexistent"}, {Fingerprint: "ab"}, {Insecure: true, Fingerprint: strings.Repeat("ab", 32)},
	} {
		if _, err := wazuh.New(wazuh.Options{URL: "https://x", Trust: trust}); err == nil {
			t.Errorf("%+v was taken", trust)
		}
	}
}
