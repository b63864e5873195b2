package notifyme

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// HTTP is what all channels over HTTP have in common. Redirects are not followed: they would carry a secret elsewhere.
type HTTP struct {
	CAFile  string        `form:"ca_file" help:"PEM file with the authority of the server's certificate; the system's authorities if empty"`
	Timeout time.Duration `form:"timeout" default:"15s" help:"how long to wait for the answer"`

	Client *http.Client     // nil: one with the authorities of CAFile
	Now    func() time.Time // nil: time.Now
}

// maxAnswer is how much of a service's answer is read, in bytes.
const maxAnswer = 64 << 10

// call is one request. Header and body are as they go out.
type call struct {
	kind    string
	secrets []string
	method  string // empty: POST
	url     string
	header  http.Header
	body    []byte
	wait    func(answer) time.Duration // how long a 429 asks to wait, where its header does not say; may be nil
}

type answer struct {
	status int
	header http.Header
	body   []byte
	at     time.Time
}

func (h HTTP) now() time.Time {
	if h.Now != nil {
		return h.Now().UTC()
	}
	return time.Now().UTC()
}

// do returns the answer if it is a 2xx, and an *Error otherwise.
func (h HTTP) do(ctx context.Context, c call) (answer, error) {
	client, err := h.client()
	if err != nil {
		return answer{}, Fail(c.kind, Permanent, err.Error(), c.secrets...)
	}
	if h.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.Timeout)
		defer cancel()
	}
	if c.method == "" {
		c.method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, c.method, c.url, bytes.NewReader(c.body))
	if err != nil {
		return answer{}, Fail(c.kind, Permanent, reasonOf(err), c.secrets...)
	}
	maps.Copy(request.Header, c.header)
	request.Header.Set("User-Agent", "notifyme")
	response, err := client.Do(request)
	if err != nil {
		return answer{}, Broken(c.kind, err, c.secrets...)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	got := answer{status: response.StatusCode, header: response.Header, body: body, at: h.now()}
	if got.status/100 == 2 && err != nil {
		return answer{}, Broken(c.kind, fmt.Errorf("read the answer: %w", err), c.secrets...)
	}
	return got, c.judge(got)
}

// judge turns a status into an outcome.
func (c call) judge(got answer) error {
	if got.status/100 == 2 {
		return nil
	}
	reason := fmt.Sprintf("the service answers %d %s", got.status, http.StatusText(got.status))
	if said := excerpt(string(got.body)); said != "" {
		reason += ": " + said
	}
	e := Fail(c.kind, Permanent, reason, c.secrets...)
	e.Status = got.status
	wait, asked := retryAfter(got)
	switch {
	case got.status == http.StatusTooManyRequests:
		if !asked && c.wait != nil {
			wait = c.wait(got)
		}
		limitUntil(e, got.at, wait)
	case got.status == http.StatusServiceUnavailable && asked:
		limitUntil(e, got.at, wait)
	case got.status >= 500, got.status == http.StatusRequestTimeout, got.status == http.StatusTooEarly:
		e.Outcome = Temporary
	}
	return e
}

// limitUntil makes e a Limited one. A service that does not say how long is given a minute; none is believed beyond a day.
func limitUntil(e *Error, now time.Time, wait time.Duration) {
	if wait <= 0 {
		wait = time.Minute
	}
	e.Outcome, e.Until = Limited, now.Add(min(wait, 24*time.Hour))
}

// refused is for a failure within a 2xx.
func (c call) refused(outcome Outcome, got answer, reason string) *Error {
	e := Fail(c.kind, outcome, "the service refuses: "+excerpt(reason), c.secrets...)
	e.Status = got.status
	return e
}

// retryAfter reads the header in both its forms, seconds and a date.
func retryAfter(got answer) (time.Duration, bool) {
	value := strings.TrimSpace(got.header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds >= 0 && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second)), true
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(got.at), true
	}
	return 0, false
}

func (h HTTP) client() (*http.Client, error) {
	client := http.Client{Transport: http.DefaultTransport}
	switch {
	case h.Client != nil:
		client = *h.Client
	case h.CAFile != "":
		pool, err := Authorities(h.CAFile)
		if err != nil {
			return nil, err
		}
		client.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true, DisableKeepAlives: true, // nobody would close what stays open
		}
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client, nil
}

// Authorities reads a PEM file of certificates.
func Authorities(file string) (*x509.CertPool, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("ca_file: %s holds no certificate", file)
	}
	return pool, nil
}

// isBadTLS says that the peer is not who it should be, or speaks no TLS.
func isBadTLS(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		host        x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &host) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert)
}

// reasonOf is err in words, without the address that a url.Error shows in full.
func reasonOf(err error) string {
	var inURL *url.Error
	var timeout net.Error
	switch {
	case errors.As(err, &inURL):
		return reasonOf(inURL.Err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case isBadTLS(err):
		return "the server's certificate or TLS is not acceptable: " + err.Error()
	}
	return err.Error()
}

// excerpt is the beginning of what a service said, as one line.
func excerpt(s string) string {
	short, _ := Cut(Line(s), 200, Runes)
	return short
}

// encode is v as JSON with <, > and & as they are.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // structs of strings and numbers: it cannot fail
	return bytes.TrimRight(b.Bytes(), "\n")
}

func jsonHeader() http.Header { return http.Header{"Content-Type": {"application/json"}} }

func bearer(header http.Header, token Secret) http.Header {
	if token != "" {
		header.Set("Authorization", "Bearer "+string(token))
	}
	return header
}

// under joins a server's address and a path whose parts are escaped already.
func under(server, path string) string { return strings.TrimRight(server, "/") + path }
