package config

import (
	"fmt"
	"strings"
)

// completeIndexer checks what a wazuh-indexer needs.
func (s *Source) completeIndexer(dir string) error {
	p := peer{
		example: "https://127.0.0.1:9200", name: "indexer", url: s.URL, username: s.Username,
		passwordFile: &s.PasswordFile, caFile: &s.CAFile, fingerprint: &s.Fingerprint,
	}
	if err := p.check(); err != nil {
		return err
	}
	if err := checkIndex(s.Index); err != nil {
		return err
	}
	return p.complete(dir)
}

// checkIndex takes names of indices and patterns, with commas between.
func checkIndex(index string) error {
	for _, r := range index {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.*,", r) {
			return fmt.Errorf("index %q holds %q; it is a pattern such as wazuh-alerts-*, of lower-case letters, digits and -_.*,", index, r)
		}
	}
	if strings.HasPrefix(index, "_") || strings.HasPrefix(index, "*") || strings.HasPrefix(index, ",") {
		return fmt.Errorf("index %q would read more than alerts; begin it with a name, such as wazuh-alerts-*", index)
	}
	return nil
}
