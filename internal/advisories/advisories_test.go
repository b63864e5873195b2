package advisories_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/socme-project/socme/internal/advisories"
	"github.com/socme-project/socme/soc"
)

// memory is a store of one publisher.
type memory struct {
	publisher soc.Publisher
	items     []soc.Advisory
	noted     int
}

func (m *memory) Publishers(context.Context, soc.Scope) ([]soc.Publisher, error) {
	return []soc.Publisher{m.publisher}, nil
}

func (m *memory) NotePublished(_ context.Context, _ soc.Scope, p soc.Publisher, items []soc.Advisory) error {
	m.publisher, m.noted = p, m.noted+1
	m.items = append(m.items, items...)
	return nil
}

func reader(m *memory) *advisories.Reader {
	return &advisories.Reader{Store: m, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Version: "test", Private: true}
}

func TestASecondReadingAsksOnlyForNews(t *testing.T) {
	rss, asked := read(t, "rss.xml"), []string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("If-None-Match"))
		w.Header().Set("ETag", `"one"`)
		if r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(rss)
	}))
	defer server.Close()
	m := &memory{publisher: soc.Publisher{ID: "p", Name: "CERT", URL: server.URL}}
	for range 2 {
		if p, err := reader(m).Read(t.Context(), m.publisher); err != nil || p.Problem != "" || !p.ReadTime.Equal(now) {
			t.Fatalf("read: %+v, %v", p, err)
		}
	}
	if len(m.items) != 3 || len(asked) != 2 || asked[0] != "" || asked[1] != `"one"` {
		t.Errorf("%d items after asking with %q", len(m.items), asked)
	}
}

func TestWhatGoesWrongIsToldAndKeepsWhatThereWas(t *testing.T) {
	hop := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			http.NotFound(w, r)
		case "/page":
			_, _ = io.WriteString(w, "<html><body>Please sign in</body></html>")
		case "/large":
			_, _ = io.Copy(w, io.LimitReader(endless{}, 5<<20))
		case "/round":
			hop++
			http.Redirect(w, r, "/round", http.StatusFound)
		}
	}))
	defer server.Close()
	for path, want := range map[string]string{
		"/missing": "404", "/page": "neither RSS nor Atom", "/large": "larger than 4 MiB", "/round": "more than 5 times",
	} {
		m := &memory{publisher: soc.Publisher{ID: "p", Name: "CERT", URL: server.URL + path, ETag: "kept", ReadTime: now.Add(-time.Hour)}}
		p, err := reader(m).Read(t.Context(), m.publisher)
		if err != nil || !strings.Contains(p.Problem, want) || p.ETag != "kept" || !p.ReadTime.Equal(now.Add(-time.Hour)) || !p.TriedTime.Equal(now) || m.noted != 1 {
			t.Errorf("%s: %+v, %v; want a problem with %q", path, p, err, want)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestPrivateAddressesAreNotRead(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "10.1.2.3", "169.254.169.254", "100.100.100.100", "[fd00::1]", "0.0.0.0"} {
		m := &memory{publisher: soc.Publisher{ID: "p", Name: "CERT", URL: "http://" + host + ":" + port}}
		r := reader(m)
		r.Private = false
		p, err := r.Read(t.Context(), m.publisher)
		if err != nil || !strings.Contains(p.Problem, "private network") {
			t.Errorf("%s: %q, %v", host, p.Problem, err)
		}
	}
	if asked {
		t.Error("a private address was asked")
	}
}

func TestAnExampleIsNotRead(t *testing.T) {
	m := &memory{publisher: soc.Publisher{ID: "p", Demo: true, URL: "https://cert.example"}}
	if _, err := reader(m).Read(t.Context(), m.publisher); err == nil || m.noted != 0 {
		t.Errorf("read %v, noted %d times", err, m.noted)
	}
}

func TestEachIsReadOnceAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// No server is there: a port of nobody answers at once, and is tried again.
		m := &memory{publisher: soc.Publisher{ID: "p", Name: "CERT", URL: "http://127.0.0.1:1"}}
		r := reader(m)
		r.Private, r.Now = false, time.Now
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		<-time.After(3*time.Hour + 10*time.Minute)
		cancel()
		if err := <-ended; err != nil || m.noted != 4 {
			t.Errorf("tried %d times in a little over three hours, %v; want 4", m.noted, err)
		}
	})
}
