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

func TestAClientKeepsToTheLimitByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		c := ask(t, s, func(o *wazuh.Options) { o.Patience = -1 })
		begin := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for range 100 {
					if _, err := c.Info(t.Context()); err != nil {
						t.Error(err) // the server refuses the 301st of a minute
						return
					}
				}
			})
		}
		wg.Wait()
		if took := time.Since(begin); took < 3*time.Minute || took > 5*time.Minute {
			t.Errorf("1,000 requests took %v, want about 4 minutes", took)
		}
	})
}

func TestALimiterIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		shared := wazuh.NewLimiter(300)
		with := func(o *wazuh.Options) { o.Limiter, o.Patience = shared, -1 }
		clients := []*wazuh.Client{ask(t, s, with), ask(t, s, with)}
		for i := range 700 {
			if _, err := clients[i%2].Info(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestABusyServerIsAskedAgainLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		greedy := ask(t, s, func(o *wazuh.Options) { o.Limiter = wazuh.NewLimiter(100_000) })
		for range 299 {
			if _, err := greedy.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		begin, before := time.Now(), len(s.Requests())
		if _, err := greedy.Info(t.Context()); err != nil {
			t.Fatal(err)
		}
		tries := len(s.Requests()) - before
		if took := time.Since(begin); took < 45*time.Second || took > 100*time.Second || tries > 8 {
			t.Errorf("it took %v and %d requests, want about a minute and few", took, tries)
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		s.PerMinute = 1
		c := ask(t, s, func(o *wazuh.Options) { o.Patience = 10 * time.Second })
		begin := time.Now()
		_, err := c.Info(t.Context())
		var e *wazuh.APIError
		if !errors.Is(err, wazuh.ErrLimited) || !errors.As(err, &e) || e.Code != 6001 {
			t.Errorf("%v, want ErrLimited with code 6001", err)
		}
		if took := time.Since(begin); took > 11*time.Second {
			t.Errorf("it waited %v", took)
		}
		s.PerMinute = -1
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s.SetNotReady("wazuh-modulesd")
		time.Sleep(time.Minute) //nolint:forbidigo // the bubble's time
		begin = time.Now()
		if _, err := c.Info(short); err == nil || time.Since(begin) > time.Second {
			t.Errorf("%v after %v: want an error before the deadline", err, time.Since(begin))
		}
	})
}

func TestAServerThatStartsIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		s.SetNotReady("wazuh-modulesd", "wazuh-db")
		c := ask(t, s)
		go func() {
			time.Sleep(20 * time.Second) //nolint:forbidigo // the bubble's time
			s.SetNotReady()
		}()
		if _, err := c.Info(t.Context()); err != nil {
			t.Errorf("after the daemons came up: %v", err)
		}
		s.SetNotReady("wazuh-db")
		_, err := ask(t, s, func(o *wazuh.Options) { o.Patience = -1 }).Info(t.Context())
		if !errors.Is(err, wazuh.ErrNotReady) || !strings.Contains(err.Error(), "wazuh-db") {
			t.Errorf("%v, want ErrNotReady that names wazuh-db", err)
		}
	})
}

func TestEventsHaveALimitOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wazuhtest.New()
		c := ask(t, s, func(o *wazuh.Options) { o.Patience = -1 })
		for range 70 {
			if err := c.Events.Send(t.Context(), "a", "b"); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(s.Sent()); n != 140 {
			t.Errorf("%d events came, want 140", n)
		}
		if err := c.Events.Send(t.Context(), make([]string, 101)...); err == nil {
			t.Error("101 events at a time were sent")
		}
	})
}

func TestSlowAndBrokenAnswers(t *testing.T) {
	tests := []struct {
		name  string
		fault wazuhtest.Fault
		want  string
	}{
		{"a body that stalls ends with the context", wazuhtest.Fault{Stall: time.Minute}, "deadline"},
		{"a body that breaks off is an error", wazuhtest.Fault{Cut: true}, "EOF"},
		{"a page of a proxy is no answer", wazuhtest.Fault{Status: 200, Type: "text/html", Body: "<html></html>"}, "read the answer"},
		{"a refusal of a proxy says so", wazuhtest.Fault{Status: 502, Type: "text/html", Body: "<html></html>"}, "is the URL the API's own"},
		{"half of a JSON is no answer", wazuhtest.Fault{Status: 200, Type: "application/json", Body: `{"data":{"ti`}, "read the answer"},
		{"detail may be an object", wazuhtest.Fault{Status: 400, Body: `{"title":"Bad Request","detail":{"field":"q"},"code":1407}`}, `{"field":"q"} (HTTP 400, error 1407)`},
		{"a redirect is not followed", wazuhtest.Fault{Status: 302, Type: "text/html"}, "HTTP 302"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := wazuhtest.New()
			server := s.StartTLS()
			defer server.Close()
			c := ask(t, s, func(o *wazuh.Options) { o.URL, o.Transport = server.URL, server.Client().Transport })
			if _, err := c.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Fault = func(*http.Request) *wazuhtest.Fault { return &tt.fault }
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			if tt.fault.Stall == 0 {
				ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
			}
			defer cancel()
			if _, err := c.Info(ctx); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want something with %q", err, tt.want)
			}
		})
	}
}
