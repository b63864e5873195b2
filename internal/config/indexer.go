package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// completeIndexer checks what a wazuh-indexer needs.
func (s *Source) completeIndexer(dir string) error {
	if s.URL == "" {
		return errors.New(`url is missing, such as "https://127.0.0.1:9200"`)
	}
	target, err := url.Parse(s.URL)
	if err != nil {
		// Its text would show a password that stands in the URL.
		return errors.New("url cannot be read; write it as https://host:9200")
	}
	switch {
	case target.User != nil:
		return errors.New("url holds a user or password; write them as username and password_file")
	case target.Host == "" || target.RawQuery != "" || target.Fragment != "":
		return fmt.Errorf("url %q must be a scheme, a host and a port, such as https://host:9200", s.URL)
	case target.Scheme == "http" && !loopback(target.Hostname()):
		return fmt.Errorf("url %q would send the password and the alerts readable over the network; use https://", s.URL)
	case target.Scheme != "https" && target.Scheme != "http":
		return fmt.Errorf("url %q must begin with https://", s.URL)
	case target.Scheme == "http" && (s.CAFile != "" || s.Fingerprint != ""):
		return errors.New("ca_file and fingerprint are for https://, and url is http://")
	case s.CAFile != "" && s.Fingerprint != "":
		return errors.New("ca_file and fingerprint both say whom to trust; keep one of them")
	case (s.Username == "") != (s.PasswordFile == ""):
		return errors.New("username and password_file go together; set both, or neither for an indexer without sign-in")
	case strings.Contains(s.Username, ":"):
		return errors.New("username holds a colon, which the indexer cannot take")
	}
	if err := checkIndex(s.Index); err != nil {
		return err
	}
	if s.Fingerprint != "" {
		s.Fingerprint = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s.Fingerprint), ":", ""))
		if sum, err := hex.DecodeString(s.Fingerprint); err != nil || len(sum) != 32 {
			return errors.New("fingerprint must be 64 hexadecimal digits, with or without colons: openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE")
		}
	}
	absolute(&s.PasswordFile, dir)
	absolute(&s.CAFile, dir)
	return nil
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
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
