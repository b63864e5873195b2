// Package config owns the files that people write: what may stand in them, and clear
// errors about what may not. It opens nothing but those files and imports nothing of
// ours but soc.
package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/dustin/go-humanize"

	"github.com/socme-project/socme/soc"
)

// NodeFile is the name of a node's configuration in its data folder.
const NodeFile = "node.toml"

// Node is what node.toml says.
type Node struct {
	Sources []Source `toml:"source"`
	Outbox  Outbox   `toml:"outbox"`
	Filters []Filter `toml:"filter"`
	Budget  Budget   `toml:"budget"`
	// WazuhAPI is where the node asks which agents there are; nil asks nobody.
	WazuhAPI *WazuhAPI `toml:"wazuh_api"`
}

// Outbox bounds what a node keeps until the core has it.
type Outbox struct {
	Quota Size `toml:"quota"` // bytes on the disk; 0 is QuotaDefault
}

// Filter keeps alerts back that nobody needs at the core. They are counted there by rule.
type Filter struct {
	Query  string `toml:"query"`  // the query language; times have no place in it
	Reason string `toml:"reason"` // shown with the counts; at most 200 bytes
}

// Budget bounds how often one rule may fire.
type Budget struct {
	PerRuleHour uint64 `toml:"per_rule_hour"` // alerts that are delivered; 0 is no bound
}

// Size is a number of bytes, written as "2GiB" or "500 MB".
type Size int64

// UnmarshalText reads what people write.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > 1<<62 {
		return fmt.Errorf("%q is no size; write 2GiB or 500MB", text)
	}
	*s = Size(n)
	return nil
}

// The quota of an outbox.
const (
	QuotaDefault Size = 2 << 30
	QuotaLeast   Size = 16 << 20
)

// Source is one [[source]] of node.toml: a sensor that the node reads.
type Source struct {
	// Name is what the source is called on the node's page; its kind and path if empty.
	Name string `toml:"name"`
	Kind string `toml:"kind"` // one of Kinds
	Path string `toml:"path"` // absolute, or relative to the data folder

	// Of suricata-socket.
	Type string `toml:"type"` // stream, which is the default, or datagram

	// Of wazuh-indexer.
	URL          string `toml:"url"`           // https://host:9200
	Index        string `toml:"index"`         // a pattern; by the indexer's version if empty
	Username     string `toml:"username"`      // with password_file, or neither
	PasswordFile string `toml:"password_file"` // as paths are
	CAFile       string `toml:"ca_file"`       // PEM; the system's authorities if empty
	Fingerprint  string `toml:"fingerprint"`   // sha256 of the server's certificate, instead of an authority
}

// The kinds of source.
const (
	KindSuricata       = "suricata"        // a file, a link to one, or a pattern of several
	KindSuricataSocket = "suricata-socket" // a unix socket that Suricata writes to
	KindWazuh          = "wazuh"           // alerts.json of Wazuh 4
	KindWazuhIndexer   = "wazuh-indexer"   // the indexer of Wazuh 4 or 5
)

// Kinds lists them.
func Kinds() []string {
	return []string{KindSuricata, KindSuricataSocket, KindWazuh, KindWazuhIndexer}
}

// NodeTemplate is the node.toml that a new data folder gets.
const NodeTemplate = `# What this node reads. One [[source]] for each sensor; restart the node after a change.
#
# [[source]]
# kind = "suricata"                        # EVE JSON
# path = "/var/log/suricata/eve.json"
#
# [[source]]
# kind = "wazuh"                           # the manager's alerts
# path = "/var/ossec/logs/alerts/alerts.json"
#
# [[source]]
# kind = "wazuh-indexer"                   # Wazuh 5, or where alerts.json cannot be read
# url = "https://127.0.0.1:9200"
# username = "socme"                       # may search wazuh-alerts-* and wazuh-findings-v5-*
# password_file = "indexer.password"       # in the node's data folder, or an absolute path
# fingerprint = "…"                        # sha256 of the indexer's certificate; or ca_file
# # index = "wazuh-findings-v5-*"          # if only this is to be read
#
# How much the alerts that wait for the core may take on the disk. When it is full, the
# oldest of the lowest severity are dropped first, and counted at the core by rule.
# [outbox]
# quota = "2GiB"
#
# What is kept back here and never delivered; the core is told how often, by rule.
# [[filter]]
# query = "severity<=low rule:2210020"
# reason = "noise of the old firewall"
#
# [budget]
# per_rule_hour = 10000                    # alerts of one rule in an hour; no bound without it
#
# Which agents the Wazuh manager has, and which of them are away: asked once a minute.
# [wazuh_api]
# url = "https://127.0.0.1:55000"
# username = "socme"                       # may read agents: the role agents_readonly
# password_file = "wazuh-api.password"     # in the node's data folder, or an absolute path
# fingerprint = "…"                        # sha256 of the API's certificate; or ca_file
`

// ReadNode reads dir/node.toml. A file that does not exist configures nothing.
func ReadNode(dir string) (Node, error) {
	var node Node
	file := filepath.Join(dir, NodeFile)
	meta, err := toml.DecodeFile(file, &node)
	if errors.Is(err, os.ErrNotExist) {
		return Node{}, nil
	}
	if err != nil {
		return Node{}, fmt.Errorf("%w: read %s: %w", soc.ErrInvalid, file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Node{}, fmt.Errorf("%w: read %s: there is no setting %q; node.toml of a new data folder shows those that there are", soc.ErrInvalid, file, unknown[0])
	}
	names := map[string]bool{}
	for i := range node.Sources {
		s := &node.Sources[i]
		if err := s.complete(dir); err != nil {
			return Node{}, fmt.Errorf("%w: read %s: source %d: %w", soc.ErrInvalid, file, i+1, err)
		}
		if names[s.Name] {
			return Node{}, fmt.Errorf("%w: read %s: two sources are called %q", soc.ErrInvalid, file, s.Name)
		}
		names[s.Name] = true
	}
	if err := node.check(); err != nil {
		return Node{}, fmt.Errorf("%w: read %s: %w", soc.ErrInvalid, file, err)
	}
	if node.WazuhAPI != nil {
		if err := node.WazuhAPI.complete(dir); err != nil {
			return Node{}, fmt.Errorf("%w: read %s: wazuh_api: %w", soc.ErrInvalid, file, err)
		}
	}
	return node, nil
}

func (n *Node) check() error {
	if n.Outbox.Quota == 0 {
		n.Outbox.Quota = QuotaDefault
	}
	if n.Outbox.Quota < QuotaLeast {
		return fmt.Errorf("the outbox's quota must be at least %s", humanize.IBytes(uint64(QuotaLeast)))
	}
	for i, f := range n.Filters {
		if strings.TrimSpace(f.Query) == "" {
			return fmt.Errorf("filter %d has no query, so it would keep everything back", i+1)
		}
		if len(f.Reason) > 200 {
			return fmt.Errorf("filter %d: the reason has more than 200 bytes", i+1)
		}
	}
	return nil
}

func (s *Source) complete(dir string) error {
	if !slices.Contains(Kinds(), s.Kind) {
		return fmt.Errorf("kind %q is none of %s", s.Kind, strings.Join(Kinds(), ", "))
	}
	if err := s.foreign(); err != nil {
		return err
	}
	where := &s.Path
	if s.Kind == KindWazuhIndexer {
		if err := s.completeIndexer(dir); err != nil {
			return err
		}
		where = &s.URL
	} else {
		if s.Path == "" {
			return errors.New("path is missing")
		}
		absolute(&s.Path, dir)
	}
	if s.Name = strings.TrimSpace(s.Name); s.Name == "" {
		s.Name = s.Kind + " " + *where
	}
	return nil
}

// absolute lets a path that is set begin at the data folder.
func absolute(path *string, dir string) {
	if *path != "" && !filepath.IsAbs(*path) {
		*path = filepath.Join(dir, *path)
	}
}

// foreign says which setting belongs to another kind of source: it would do nothing
// here, and whoever wrote it expects something.
func (s *Source) foreign() error {
	settings := []struct{ name, value, of string }{
		{"url", s.URL, KindWazuhIndexer},
		{"index", s.Index, KindWazuhIndexer},
		{"username", s.Username, KindWazuhIndexer},
		{"password_file", s.PasswordFile, KindWazuhIndexer},
		{"ca_file", s.CAFile, KindWazuhIndexer},
		{"fingerprint", s.Fingerprint, KindWazuhIndexer},
	}
	for _, setting := range settings {
		if setting.value != "" && s.Kind != setting.of {
			return fmt.Errorf("%s belongs to the kind %q; remove it here", setting.name, setting.of)
		}
	}
	if s.Kind == KindWazuhIndexer && s.Path != "" {
		return fmt.Errorf("path belongs to kinds that read a file; say where the indexer is with url")
	}
	if s.Kind == KindWazuhIndexer && s.Type != "" {
		return fmt.Errorf("type belongs to the kind %q; remove it here", KindSuricataSocket)
	}
	return nil
}
