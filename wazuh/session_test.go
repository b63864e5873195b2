package wazuh_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/socme-project/socme/wazuh"
	"github.com/socme-project/socme/wazuh/wazuhtest"
)

// ask makes a client of a server in memory.
func ask(t *testing.T, s *wazuhtest.Server, change ...func(*wazuh.Options)) *wazuh.Client {
	t.Helper()
	o := wazuh.Options{URL: "https://wazuh.example:55000", Username: "wazuh", Password: wazuh.PasswordText("wazuh"), Transport: s}
	for _, do := range change {
		do(&o)
	}
	c, err := wazuh.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// logins counts those that a server saw.
func logins(s *wazuhtest.Server) int {
	n := 0
	for _, r := range s.Requests() {
		if strings.HasPrefix(r, "POST /security/user/authenticate") {
			n++
		}
	}
	return n
}

func TestATokenIsRenewedBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		c := ask(t, s)
		for range 100 { // 50 minutes
			if _, err := c.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Second) //nolint:forbidigo // the bubble's time
		}
		// Each is good for 15 minutes and used for 14.
		if n := logins(s); n != 4 {
			t.Errorf("%d logins in 50 minutes, want 4", n)
		}
		for _, r := range s.Requests() {
			if !strings.HasPrefix(r, "POST") && r != "GET /" {
				t.Errorf("unexpected: %s", r)
			}
		}
		if n := len(s.Requests()); n != 104 {
			t.Errorf("%d requests, want 100 and 4 logins: none was refused", n)
		}
	})
}

func TestATokenRevokedInMidFlightIsReplacedOnce(t *testing.T) {
	s := wazuhtest.New()
	s.AddAgents(20)
	revoked := false
	s.Before = func(r *http.Request) {
		if r.URL.Query().Get("offset") == "9" && !revoked {
			revoked = true
			s.Revoke()
		}
	}
	agents, err := wazuh.Collect(ask(t, s).Agents.List(t.Context(), wazuh.AgentFilter{Query: wazuh.Query{PageSize: 10}}))
	if err != nil || len(agents) != 21 {
		t.Errorf("%d agents, %v; want 21", len(agents), err)
	}
	if n := logins(s); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
}

func TestManyCallsAtOnceLogInOnce(t *testing.T) {
	s := wazuhtest.New()
	c := ask(t, s)
	for range 2 {
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := c.Info(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s.Revoke()
	}
	if n := logins(s); n != 2 {
		t.Errorf("%d logins, want one for each time that there was no token", n)
	}
}

func TestATokenThatIsNeverTakenIsNotTriedForEver(t *testing.T) {
	s := wazuhtest.New()
	s.Before = func(r *http.Request) {
		if r.Method == http.MethodGet {
			s.Revoke()
		}
	}
	_, err := ask(t, s).Info(t.Context())
	if !errors.Is(err, wazuh.ErrUnauthorized) || len(s.Requests()) != 4 {
		t.Errorf("%v after %q, want ErrUnauthorized after two tries", err, s.Requests())
	}
}

func TestARefusedPasswordIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		password := "wrong"
		c := ask(t, s, func(o *wazuh.Options) {
			o.Password = func(context.Context) (string, error) { return password, nil }
		})
		for range 200 {
			if _, err := c.Info(t.Context()); !errors.Is(err, wazuh.ErrUnauthorized) || strings.Contains(err.Error(), "wrong") {
				t.Fatal(err)
			}
		}
		if n := logins(s); n != 1 {
			t.Errorf("%d logins, want 1: the server blocks after 50", n)
		}
		password = "wazuh" // somebody wrote the right one
		if _, err := c.Info(t.Context()); err != nil {
			t.Errorf("with the right password: %v", err)
		}
	})
}

func TestABlockedAddressIsToldAndLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		s.MaxLogins = 3
		wrong := ask(t, s, func(o *wazuh.Options) { o.Password = wazuh.PasswordText("no") })
		for range 3 {
			if _, err := wrong.Info(t.Context()); !errors.Is(err, wazuh.ErrUnauthorized) {
				t.Fatal(err)
			}
			time.Sleep(61 * time.Second) //nolint:forbidigo // the bubble's time
		}
		c := ask(t, s)
		_, err := c.Info(t.Context())
		if !errors.Is(err, wazuh.ErrBlocked) || errors.Is(err, wazuh.ErrForbidden) {
			t.Errorf("%v, want ErrBlocked and no ErrForbidden", err)
		}
		time.Sleep(5 * time.Minute) //nolint:forbidigo // the bubble's time
		if _, err := c.Info(t.Context()); err != nil {
			t.Errorf("after the block: %v", err)
		}
	})
}

func TestRunAsSendsTheContext(t *testing.T) {
	s := wazuhtest.New()
	c := ask(t, s, func(o *wazuh.Options) { o.RunAs = map[string]string{"user_name": "ada"} })
	if _, err := c.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.Requests()[0]; got != "POST /security/user/authenticate/run_as?raw=true" {
		t.Errorf("first request %s", got)
	}
}

func TestLogoutForgetsTheToken(t *testing.T) {
	s := wazuhtest.New()
	c := ask(t, s)
	if err := c.Security.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Info(t.Context()); err != nil || logins(s) != 2 {
		t.Errorf("%v after %d logins, want 2: no call with the old token", err, logins(s))
	}
	if n := len(s.Requests()); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
}

func TestALoginEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask(t, wazuhtest.New()).Info(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
}
