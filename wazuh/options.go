package wazuh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Options say whom a client asks, and how.
type Options struct {
	// URL of the API, such as https://wazuh.example.com:55000. A path is kept, for a
	// proxy that puts the API below one.
	URL string
	// Username and Password log in. Default users are wazuh and wazuh-wui.
	Username string
	Password Password
	// RunAs, if not nil, is the authorization context to log in with (any value that
	// marshals to a JSON object of at most 8 KiB); the user must be allowed run_as.
	RunAs any
	// Trust says which certificate is the server's.
	Trust Trust
	// Limiter holds requests back; nil makes one for 300 a minute. Share one between
	// the clients of a server. [NewLimiter] makes one for another limit.
	Limiter *rate.Limiter
	// Timeout of one request with its answer; 0 is 60 s. The server itself gives a
	// request 10 s, unless it is asked to wait.
	Timeout time.Duration
	// Patience is how long a call waits for a server that is too busy or not ready
	// (HTTP 429, error 1017); 0 is 2 minutes, less than 0 does not wait at all.
	Patience time.Duration
	// UserAgent is sent with each request; "" is socme-wazuh.
	UserAgent string
	// Transport sends the requests, if not nil. Trust is not heeded then.
	Transport http.RoundTripper
}

// Password returns the password; it is asked for at each login, so that a new one is
// taken without a restart.
type Password func(context.Context) (string, error)

// PasswordText is a password that the program holds.
func PasswordText(text string) Password {
	return func(context.Context) (string, error) { return text, nil }
}

// PasswordFile is a password that stands in a file, read at each login. Newlines at its
// end do not count.
func PasswordFile(path string) Password {
	return func(context.Context) (string, error) {
		text, err := os.ReadFile(path) //nolint:gosec // the caller names it
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(string(text), "\r\n"), nil
	}
}

const (
	defaultTimeout  = 60 * time.Second
	defaultPatience = 2 * time.Minute
	defaultAgent    = "socme-wazuh"
)

// complete fills in what was left out.
func (o *Options) complete() {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	if o.UserAgent == "" {
		o.UserAgent = defaultAgent
	}
	if o.Limiter == nil {
		o.Limiter = NewLimiter(requestsPerMinute)
	}
}

// base reads the address of a server. Name says which one, for errors.
func base(address, name string) (*url.URL, error) {
	if address == "" {
		return nil, fmt.Errorf("no URL of the %s is given", name)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the URL of the " + name + " is none") // the error would show what it holds
	}
	switch {
	case u.User != nil:
		return nil, fmt.Errorf("the URL of the %s must hold no password: give it as Password", name)
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return nil, fmt.Errorf("the URL of the %s must begin with https://: %s", name, u.Redacted())
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the URL of the %s must hold no query: %s", name, u.Redacted())
	}
	return u, nil
}

// runAs is the authorization context as JSON; nil if there is none.
func (o *Options) runAs() ([]byte, error) {
	if o.RunAs == nil {
		return nil, nil
	}
	text, err := json.Marshal(o.RunAs)
	if err != nil {
		return nil, fmt.Errorf("write RunAs: %w", err)
	}
	return text, nil
}
