package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/soc"
)

// indexer is a source of that kind with some settings.
func indexer(settings string) string {
	return "[[source]]\nkind = \"wazuh-indexer\"\n" + settings
}

func TestReadNode(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []config.Source
		says string // of the error
	}{
		{"the template configures nothing", config.NodeTemplate, nil, ""},
		{
			"two sensors", "[[source]]\nkind = \"suricata\"\npath = \"/var/log/suricata/eve.json\"\n[[source]]\nkind = \"wazuh\"\npath = \"alerts.json\"\nname = \"hosts\"\n",
			[]config.Source{{Name: "suricata /var/log/suricata/eve.json", Kind: "suricata", Path: "/var/log/suricata/eve.json"}, {Name: "hosts", Kind: "wazuh", Path: "DIR/alerts.json"}},
			"",
		},
		{"a kind that is none", "[[source]]\nkind = \"snort\"\npath = \"/x\"\n", nil, `kind "snort" is none of`},
		{"no path", "[[source]]\nkind = \"wazuh\"\n", nil, "path is missing"},
		{"a mistyped setting", "[[source]]\nkind = \"wazuh\"\npth = \"/x\"\n", nil, "source.pth"},
		{
			"an indexer", "[[source]]\nkind = \"wazuh-indexer\"\nurl = \"https://wazuh.example:9200\"\nusername = \"socme\"\npassword_file = \"indexer.password\"\nfingerprint = \"" + strings.Repeat("AB:", 31) + "AB\"\n",
			[]config.Source{{
				Name: "wazuh-indexer https://wazuh.example:9200", Kind: "wazuh-indexer", URL: "https://wazuh.example:9200",
				Username: "socme", PasswordFile: "DIR/indexer.password", Fingerprint: strings.Repeat("ab", 32),
			}},
			"",
		},
		{
			"an indexer on the loopback", indexer("url = \"http://127.0.0.1:9200\"\nindex = \"wazuh-findings-v5-*\"\n"),
			[]config.Source{{Name: "wazuh-indexer http://127.0.0.1:9200", Kind: "wazuh-indexer", URL: "http://127.0.0.1:9200", Index: "wazuh-findings-v5-*"}},
			"",
		},
		{"an indexer without url", indexer(""), nil, "url is missing"},
		{"an indexer with a path", indexer("url = \"https://x:9200\"\npath = \"/x\"\n"), nil, "with url"},
		{"an indexer in the clear", indexer("url = \"http://wazuh.example:9200\"\n"), nil, "use https://"},
		{"an indexer over something else", indexer("url = \"ftp://x\"\n"), nil, "https://"},
		{"a password in the url", indexer("url = \"https://socme:secret@x:9200\"\n"), nil, "password_file"},
		{"a broken url with a password", indexer("url = \"https://socme:secret@x:port\"\n"), nil, "url cannot be read"},
		{"a user without a password", indexer("url = \"https://x:9200\"\nusername = \"socme\"\n"), nil, "go together"},
		{"two ways to trust", indexer("url = \"https://x:9200\"\nca_file = \"/ca\"\nfingerprint = \"ab\"\n"), nil, "keep one"},
		{"a fingerprint that is none", indexer("url = \"https://x:9200\"\nfingerprint = \"ab\"\n"), nil, "64 hexadecimal digits"},
		{"an index that leads elsewhere", indexer("url = \"https://x:9200\"\nindex = \"../_cat\"\n"), nil, "holds '/'"},
		{"an index of everything", indexer("url = \"https://x:9200\"\nindex = \"*\"\n"), nil, "more than alerts"},
		{"a setting of another kind", "[[source]]\nkind = \"wazuh\"\npath = \"/x\"\nca_file = \"/x\"\n", nil, `ca_file belongs to the kind "wazuh-indexer"`},
		{"the same twice", "[[source]]\nkind = \"wazuh\"\npath = \"/x\"\n[[source]]\nkind = \"wazuh\"\npath = \"/x\"\n", nil, "two sources"},
		{"no TOML", "[[source", nil, "read "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, config.NodeFile), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.ReadNode(dir)
			if tt.says != "" {
				if !errors.Is(err, soc.ErrInvalid) || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
					t.Errorf("ReadNode = %v, want ErrInvalid that says %q", err, tt.says)
				}
				return
			}
			for i := range tt.want {
				tt.want[i].Path = strings.Replace(tt.want[i].Path, "DIR", dir, 1)
				tt.want[i].PasswordFile = strings.Replace(tt.want[i].PasswordFile, "DIR", dir, 1)
			}
			if diff := cmp.Diff(tt.want, got.Sources); err != nil || diff != "" {
				t.Errorf("ReadNode: %v (-want +got):\n%s", err, diff)
			}
		})
	}
	if got, err := config.ReadNode(t.TempDir()); err != nil || len(got.Sources) != 0 {
		t.Errorf("no file = %+v, %v; want nothing configured", got, err)
	}
}

func TestTheWazuhAPIIsReadAsTheIndexerIs(t *testing.T) {
	const good = "url = \"https://127.0.0.1:55000\"\nusername = \"socme\"\npassword_file = \"api.password\"\n"
	for _, tt := range []struct{ name, text, says string }{
		{"an API", good + "fingerprint = \"" + strings.Repeat("AB:", 31) + "AB\"\n", ""},
		{"no user", "url = \"https://127.0.0.1:55000\"\n", "no one without"},
		{"in the clear", strings.Replace(good, "https://127.0.0.1", "http://wazuh.example", 1), "use https://"},
		{"two ways to trust", good + "ca_file = \"/ca\"\nfingerprint = \"ab\"\n", "keep one"},
		{"a setting that there is not", good + "index = \"x\"\n", "no setting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, config.NodeFile), []byte("[wazuh_api]\n"+tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := config.ReadNode(dir)
			if tt.says != "" {
				if !errors.Is(err, soc.ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("ReadNode = %v, want ErrInvalid that says %q", err, tt.says)
				}
				return
			}
			want := &config.WazuhAPI{URL: "https://127.0.0.1:55000", Username: "socme", PasswordFile: filepath.Join(dir, "api.password"), Fingerprint: strings.Repeat("ab", 32)}
			if diff := cmp.Diff(want, got.WazuhAPI); err != nil || diff != "" {
				t.Errorf("ReadNode: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}
