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
				if !errors.Is(err, soc.ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("ReadNode = %v, want ErrInvalid that says %q", err, tt.says)
				}
				return
			}
			for i := range tt.want {
				tt.want[i].Path = strings.Replace(tt.want[i].Path, "DIR", dir, 1)
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
