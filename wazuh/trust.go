package wazuh

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Trust says which certificate is the server's. The zero value trusts what the system
// trusts; Wazuh makes its own certificate at first start, so one of these is needed
// where nobody replaced it.
type Trust struct {
	// CAFile holds the authority's certificates as PEM; the name must fit, too.
	CAFile string
	// Fingerprint is the sha256 of the server's very certificate, 64 hexadecimal digits,
	// with or without colons. Neither its name nor its dates count then.
	Fingerprint string
	// Insecure takes any certificate: whoever sits between can read the password. For
	// tries on the loopback only.
	Insecure bool
}

// CertificateError is a certificate other than the pinned one.
type CertificateError struct {
	Fingerprint string // of the certificate that the server showed
}

func (e *CertificateError) Error() string {
	return "the server's certificate has the fingerprint " + e.Fingerprint + " and not the one that is trusted; " +
		"if it was renewed, check it at the server and trust the new one"
}

func (t Trust) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	set := 0
	for _, is := range []bool{t.CAFile != "", t.Fingerprint != "", t.Insecure} {
		if is {
			set++
		}
	}
	if set > 1 {
		return nil, errors.New("trust an authority, or a fingerprint, or be insecure: only one of them")
	}
	switch {
	case t.CAFile != "":
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the authority's certificate: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate in PEM", t.CAFile)
		}
	case t.Fingerprint != "":
		want, err := hex.DecodeString(strings.ReplaceAll(t.Fingerprint, ":", ""))
		if err != nil || len(want) != sha256.Size {
			return nil, errors.New("a fingerprint is 64 hexadecimal digits: sha256 of the certificate")
		}
		config.InsecureSkipVerify = true // the very certificate is checked instead of its name and authority
		config.VerifyConnection = func(state tls.ConnectionState) error {
			if got := sha256.Sum256(state.PeerCertificates[0].Raw); !bytes.Equal(got[:], want) {
				return &CertificateError{Fingerprint: hex.EncodeToString(got[:])}
			}
			return nil
		}
	case t.Insecure:
		config.InsecureSkipVerify = true // asked for by name
	}
	return config, nil
}

// httpClient sends requests to a server that is trusted so.
func (t Trust) httpClient(transport http.RoundTripper, timeout time.Duration) (*http.Client, error) {
	if transport == nil {
		secure, err := t.config()
		if err != nil {
			return nil, err
		}
		transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSClientConfig:        secure,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        90 * time.Second,
		}
	}
	return &http.Client{
		Timeout:   timeout,
		Transport: transport,
		// The password must not go where a redirect leads.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// unreachable says what to do about a request that got no answer.
func unreachable(host string, err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		err = wrapped.Err // it says the method and the whole URL
	}
	hint := ""
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		hint = "; trust its authority (CAFile) or its very certificate (Fingerprint)"
	case errors.As(err, new(x509.HostnameError)):
		hint = "; ask by a name that is in the certificate, or trust its Fingerprint"
	case errors.As(err, new(tls.RecordHeaderError)):
		hint = "; does this port speak TLS?"
	}
	return fmt.Errorf("ask %s: %w%s", host, err, hint)
}
