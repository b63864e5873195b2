package indexer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/socme-project/socme/soc"
)

// client speaks to one indexer.
type client struct {
	http         *http.Client
	base         *url.URL
	username     string
	passwordFile string
	maxBody      int64
	answered     uint64 // searches
}

func newClient(s *Source, log *slog.Logger) (*client, error) {
	base, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: url: %w", soc.ErrInvalid, err)
	}
	secure, err := s.tls()
	if err != nil {
		return nil, err
	}
	c := &client{base: base, username: s.Username, passwordFile: s.PasswordFile, maxBody: s.maxBody}
	if c.maxBody == 0 {
		c.maxBody = maxBody
	}
	c.http = &http.Client{
		Timeout: s.timeout,
		// The password must not go where a redirect leads.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSClientConfig:        secure,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  45 * time.Second, // the indexer gives a search 20 s
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConns:           2,
			IdleConnTimeout:        90 * time.Second,
		},
	}
	if c.http.Timeout == 0 {
		c.http.Timeout = timeout
	}
	if info, err := os.Stat(s.PasswordFile); err == nil && info.Mode().Perm()&0o077 != 0 {
		log.Warn("others can read the password file; chmod 600 it", "file", s.PasswordFile)
	}
	return c, nil
}

// tls says whom to trust: an authority, or one certificate and nothing else.
func (s *Source) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CAFile != "" {
		pem, err := os.ReadFile(s.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read ca_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%w: ca_file %s holds no certificate in PEM", soc.ErrInvalid, s.CAFile)
		}
	}
	if s.Fingerprint != "" {
		want, err := hex.DecodeString(s.Fingerprint)
		if err != nil || len(want) != sha256.Size {
			return nil, fmt.Errorf("%w: fingerprint must be 64 hexadecimal digits", soc.ErrInvalid)
		}
		config.InsecureSkipVerify = true // the very certificate is checked instead of its name and authority
		config.VerifyConnection = func(state tls.ConnectionState) error {
			got := sha256.Sum256(state.PeerCertificates[0].Raw)
			if !bytes.Equal(got[:], want) {
				return fmt.Errorf("the indexer's certificate has the fingerprint %x and not the one in node.toml; "+
					"if it was renewed, look at the indexer and write the new one", got)
			}
			return nil
		}
	}
	return config, nil
}

// post sends a search and reads what comes back.
func (c *client) post(ctx context.Context, index string, body []byte) (answer, error) {
	target := c.base.JoinPath(index, "_search")
	target.RawQuery = url.Values{
		"allow_no_indices":             {"true"},
		"ignore_unavailable":           {"true"}, // one index of several may be deleted at any time
		"allow_partial_search_results": {"false"},
		// The same copies of the shards each time: another one may be some seconds behind.
		"preference": {"socme"},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "socme-node")
	if c.username != "" {
		password, err := os.ReadFile(c.passwordFile)
		if err != nil {
			return answer{}, fmt.Errorf("read password_file: %w", err)
		}
		request.SetBasicAuth(c.username, strings.TrimRight(string(password), "\r\n"))
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, c.unreachable(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return answer{}, c.refusal(response, index)
	}
	if !isJSON(response) {
		return answer{}, notJSON(response)
	}
	a, err := decode(&bounded{from: response.Body, left: c.maxBody})
	if err != nil {
		return answer{}, c.unreadable(err)
	}
	c.answered++
	return a, nil
}

// unreachable says what to do about a request that got no answer.
func (c *client) unreachable(err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		err = wrapped.Err // it says the method and the whole URL
	}
	hint := ""
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		hint = "; set ca_file to the authority of the indexer's certificate, or fingerprint to the certificate's"
	case errors.As(err, new(x509.HostnameError)):
		hint = "; use a name of the certificate in url, or set fingerprint"
	case errors.As(err, new(tls.RecordHeaderError)):
		hint = "; is url the indexer's own port, with TLS?"
	}
	return fmt.Errorf("ask the indexer at %s: %w%s", c.base.Host, err, hint)
}

func (c *client) unreadable(err error) error {
	if errors.As(err, new(incompleteError)) || errors.Is(err, errTooLarge) {
		return err
	}
	return fmt.Errorf("read the answer of the indexer at %s: %w", c.base.Host, err)
}

func isJSON(r *http.Response) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// errTooLarge is an answer over the bound.
var errTooLarge = errors.New("the indexer's answer is too large")

// bounded reads at most left bytes and then errs.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
