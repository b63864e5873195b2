package wazuh

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// session is who we are to a server: the token, and how to get the next one.
type session struct {
	lock     chan struct{} // holds one; a channel, so that waiting for it ends with ctx
	username string
	password Password
	runAs    []byte

	token string
	renew time.Time // when to get another

	refusal error // of the last login
	refused [sha256.Size]byte
	until   time.Time // refused is not sent again before
}

const (
	// refusalTime is how long a refused password is not sent again: the server blocks
	// an address after 50 (max_login_attempts).
	refusalTime = time.Minute
	// defaultLife of a token is the server's own default.
	defaultLife = 15 * time.Minute
	// maxMargin is how long before its end a token is renewed, if it lives long enough.
	maxMargin = time.Minute
)

// token returns one that is good, and other than old, which was refused.
func (c *Client) token(ctx context.Context, old string) (string, error) {
	s := &c.session
	select {
	case s.lock <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("log in: %w", ctx.Err())
	}
	defer func() { <-s.lock }()
	if s.token != "" && s.token != old && c.now().Before(s.renew) {
		return s.token, nil
	}
	s.token = ""
	password, err := s.password(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(password))
	if s.refusal != nil && sum == s.refused && c.now().Before(s.until) {
		return "", s.refusal
	}
	s.refusal = nil
	token, err := c.login(ctx, password)
	switch {
	case errors.Is(err, ErrUnauthorized), errors.Is(err, ErrBlocked):
		s.refusal, s.refused, s.until = err, sum, c.now().Add(refusalTime)
		return "", err
	case err != nil:
		return "", err
	}
	life := lifetime(token)
	s.token, s.renew = token, c.now().Add(life-min(maxMargin, life/4))
	return token, nil
}

// login asks for a token.
func (c *Client) login(ctx context.Context, password string) (string, error) {
	call := Call{Method: http.MethodPost, Path: "/security/user/authenticate", Query: url.Values{"raw": {"true"}}}
	if c.session.runAs != nil {
		call.Path, call.Body = "/security/user/authenticate/run_as", c.session.runAs
	}
	call.op = call.Method + " " + call.Path
	a, err := c.exchange(ctx, call, func(r *http.Request) { r.SetBasicAuth(c.session.username, password) })
	if err != nil {
		return "", fmt.Errorf("log in as %q: %w", c.session.username, err)
	}
	token := strings.TrimSpace(string(a.Body))
	if a.Type == jsonType { // raw was not heeded
		var body struct {
			Data struct {
				Token string `json:"token"`
			} `json:"data"`
		}
		_ = json.Unmarshal(a.Body, &body) // an empty token is refused below
		token = body.Data.Token
	}
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("log in as %q: the answer (%s) is no token; is the URL the API's own?", c.session.username, a.Type)
	}
	return token, nil
}

// lifetime of a token, as it says itself. Only the difference counts, so that neither
// clock must be right. The signature is the server's business.
func lifetime(token string) time.Duration {
	parts := strings.Split(token, ".")
	var claims struct {
		Expires int64 `json:"exp"`
		From    int64 `json:"nbf"`
		Issued  int64 `json:"iat"`
	}
	if len(parts) != 3 {
		return defaultLife
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return defaultLife
	}
	from := claims.From
	if from == 0 {
		from = claims.Issued
	}
	life := claims.Expires - from
	if from <= 0 || life <= 0 || life > 10*365*86400 {
		return defaultLife
	}
	return time.Duration(life) * time.Second
}

// forget drops the token.
func (c *Client) forget() {
	c.session.lock <- struct{}{}
	c.session.token = ""
	<-c.session.lock
}
