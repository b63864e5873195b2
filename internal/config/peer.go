package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// WazuhAPI is [wazuh_api] of node.toml: the API of the Wazuh manager beside the node.
type WazuhAPI struct {
	URL          string `toml:"url"` // https://host:55000
	Username     string `toml:"username"`
	PasswordFile string `toml:"password_file"` // absolute, or relative to the data folder
	CAFile       string `toml:"ca_file"`       // PEM; the system's authorities if empty
	Fingerprint  string `toml:"fingerprint"`   // sha256 of the server's certificate, instead of an authority
}

func (w *WazuhAPI) complete(dir string) error {
	p := peer{
		example: "https://127.0.0.1:55000", name: "API", url: w.URL, username: w.Username,
		passwordFile: &w.PasswordFile, caFile: &w.CAFile, fingerprint: &w.Fingerprint,
	}
	if err := p.check(); err != nil {
		return err
	}
	if w.Username == "" {
		return errors.New("username and password_file are missing: the API takes no one without")
	}
	return p.complete(dir)
}

// peer is a server that the node asks: an indexer, or Wazuh's API.
type peer struct {
	example, name                     string
	url, username                     string
	passwordFile, caFile, fingerprint *string
}

func (p peer) check() error {
	if p.url == "" {
		return fmt.Errorf("url is missing, such as %q", p.example)
	}
	target, err := url.Parse(p.url)
	if err != nil {
		// Its text would show a password that stands in the URL.
		return errors.New("url cannot be read; write it as " + p.example)
	}
	switch {
	case target.User != nil:
		return errors.New("url holds a user or password; write them as username and password_file")
	case target.Host == "" || target.RawQuery != "" || target.Fragment != "":
		return fmt.Errorf("url %q must be a scheme, a host and a port, such as %s", p.url, p.example)
	case target.Scheme == "http" && !loopback(target.Hostname()):
		return fmt.Errorf("url %q would send the password and the answers readable over the network; use https://", p.url)
	case target.Scheme != "https" && target.Scheme != "http":
		return fmt.Errorf("url %q must begin with https://", p.url)
	case target.Scheme == "http" && (*p.caFile != "" || *p.fingerprint != ""):
		return errors.New("ca_file and fingerprint are for https://, and url is http://")
	case *p.caFile != "" && *p.fingerprint != "":
		return errors.New("ca_file and fingerprint both say whom to trust; keep one of them")
	case (p.username == "") != (*p.passwordFile == ""):
		return fmt.Errorf("username and password_file go together; set both, or neither for an %s without sign-in", p.name)
	case strings.Contains(p.username, ":"):
		return fmt.Errorf("username holds a colon, which the %s cannot take", p.name)
	}
	return nil
}

// complete makes paths absolute and writes the fingerprint as digits alone.
func (p peer) complete(dir string) error {
	if *p.fingerprint != "" {
		*p.fingerprint = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(*p.fingerprint), ":", ""))
		if sum, err := hex.DecodeString(*p.fingerprint); err != nil || len(sum) != 32 {
			return errors.New("fingerprint must be 64 hexadecimal digits, with or without colons: openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE")
		}
	}
	absolute(p.passwordFile, dir)
	absolute(p.caFile, dir)
	return nil
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}
