package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/api"
	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/seal"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

var system = soc.System("test")

// server is the API over a real store, with a client to raise alerts for.
type server struct {
	*httptest.Server
	store   *store.Store
	hub     *hub.Hub
	client  soc.Client
	logs    *bytes.Buffer
	api     *api.API
	seal    *seal.Key
	dir     string // of the database
	sealDir string
	clock   time.Time // of what limits and folds; the store has the machine's
	raised  int
}

func TestMain(m *testing.M) { storetest.Main(m) }

func serve(t *testing.T, d storetest.Database) *server {
	t.Helper()
	s := &server{logs: &bytes.Buffer{}, dir: t.TempDir(), sealDir: t.TempDir(), clock: time.Now().UTC()}
	log := slog.New(slog.NewTextHandler(s.logs, nil))
	s.store = storetest.Open(t, store.Options{Dir: s.dir, Database: d.URL(t), Now: time.Now})
	var err error
	if s.seal, err = seal.OpenKey(s.sealDir); err != nil {
		t.Fatal(err)
	}
	s.listen(t, log, 0)
	if s.client, err = s.store.AddClient(t.Context(), system, "acme", false); err != nil {
		t.Fatal(err)
	}
	return s
}

// listen starts the API with a hub that continues after a position.
func (s *server) listen(t *testing.T, log *slog.Logger, last int64) {
	t.Helper()
	s.hub = hub.New(last)
	authority, err := pki.OpenAuthority(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	a := &api.API{
		Store: s.store, Hub: s.hub, Log: log, Now: func() time.Time { return s.clock }, Version: "test", Cores: []string{"https://core.example"}, Done: done,
		Seal: s.seal, Rate: 10_000, Sign: authority.SignDigest, Metrics: metrics.New("test"),
	}
	s.api = a
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the page") })
	server := httptest.NewServer(a.Handler(page))
	s.Server = server
	t.Cleanup(func() {
		close(done)
		server.Close()
	})
}

func (s *server) token(t *testing.T, role soc.Role) string {
	t.Helper()
	_, secret, err := s.store.AddToken(t.Context(), system, store.NewToken{Name: string(role), Wanted: store.Wanted{Role: role}})
	if err != nil {
		t.Fatal(err)
	}
	return string(secret)
}

// raise makes n alerts and publishes them, as the ingest does.
func (s *server) raise(t *testing.T, n int) {
	t.Helper()
	for range n {
		s.raised++
		alert := soc.Alert{
			Severity: soc.SeverityLow, EventTime: time.Now().UTC().Truncate(time.Millisecond),
			Rule: soc.Rule{Engine: soc.EngineSOCme, ID: fmt.Sprint(s.raised), Name: fmt.Sprintf("rule number %d", s.raised)},
		}
		if s.raised%2 == 0 {
			alert.Severity = soc.SeverityHigh
		}
		alert.ID = soc.NewAlertID(alert.EventTime, "", []byte(alert.Rule.ID))
		fed, err := s.store.Raise(t.Context(), system, store.Notice{Alert: alert, Client: s.client.ID, Once: alert.Rule.ID})
		if err != nil {
			t.Fatal(err)
		}
		s.hub.Publish(fed)
	}
}

// call makes a request and returns the status and the body.
func call(t *testing.T, client *http.Client, method, url, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func TestSigningIn(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		link, err := s.store.AddLink(t.Context(), system)
		if err != nil {
			t.Fatal(err)
		}
		base := s.URL + "/api/v1"
		first := browser(t)
		byLink := fmt.Sprintf(`{"secret":%q}`, string(link))
		status, text, header := call(t, first, "POST", base+"/session/link", byLink)
		if status != 200 || !strings.Contains(text, `"has_password":false`) {
			t.Fatalf("the link = %d %s", status, text)
		}
		if cookie := header.Get("Set-Cookie"); !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
			t.Errorf("the cookie is %q, want HttpOnly and SameSite=Strict", cookie)
		}
		if status, _, _ := call(t, browser(t), "POST", base+"/session/link", byLink); status != 401 {
			t.Errorf("the link a second time = %d, want 401", status)
		}
		if status, text, _ := call(t, first, "PUT", base+"/account", `{"name":"lm","password":"correct horse battery"}`); status != 204 {
			t.Fatalf("setting a password = %d %s", status, text)
		}
		if status, text, _ := call(t, first, "GET", base+"/session", ""); status != 200 || !strings.Contains(text, `"name":"lm","role":"admin","all_clients":true,"clients":[],"has_password":true`) {
			t.Errorf("after setting a password the session = %d %s, want to stay signed in", status, text)
		}
		if status, text, header := call(t, first, "GET", base+"/about", ""); status != 200 || !strings.Contains(text, `"name":"lm"`) || header.Get("Cache-Control") != "no-store" {
			t.Errorf("about, for who is signed in = %d %s %v, want the session, kept nowhere", status, text, header)
		}
		if status, text, _ := call(t, browser(t), "GET", base+"/about", ""); status != 200 || strings.Contains(text, "session") {
			t.Errorf("about, for a stranger = %d %s, want no session", status, text)
		}

		second := browser(t)
		if status, _, _ := call(t, second, "POST", base+"/session", `{"name":"LM","password":"wrong"}`); status != 401 {
			t.Errorf("a wrong password = %d, want 401", status)
		}
		if status, _, _ := call(t, second, "POST", base+"/session", `{"name":"nobody","password":"wrong"}`); status != 401 {
			t.Errorf("an unknown name = %d, want 401", status)
		}
		if status, text, _ := call(t, second, "POST", base+"/session", `{"name":"LM","password":"correct horse battery"}`); status != 200 {
			t.Fatalf("the right password = %d %s", status, text)
		}
		if status, _, _ := call(t, second, "PUT", base+"/account", `{"password":"another long one"}`); status != 403 {
			t.Errorf("a new password without the present one = %d, want 403", status)
		}
		if status, text, _ := call(t, second, "PUT", base+"/account", `{"password":"short"}`); status != 422 || !strings.Contains(text, "body.password") {
			t.Errorf("a short password = %d %s, want 422 that names the field", status, text)
		}
		if status, text, _ := call(t, second, "PUT", base+"/account", `{"password":"another long one","current_password":"correct horse battery"}`); status != 204 {
			t.Errorf("a new password with the present one = %d %s", status, text)
		}
		if status, _, _ := call(t, first, "GET", base+"/session", ""); status != 401 {
			t.Errorf("the other session after a new password = %d, want 401", status)
		}
		if status, _, _ := call(t, second, "DELETE", base+"/session", ""); status != 204 {
			t.Errorf("signing out = %d, want 204", status)
		}
		if status, _, _ := call(t, second, "GET", base+"/session", ""); status != 401 {
			t.Errorf("after signing out = %d, want 401", status)
		}
		for range 10 { // signing in well is never slowed
			if status, text, _ := call(t, second, "POST", base+"/session", `{"name":"LM","password":"another long one"}`); status != 200 {
				t.Fatalf("signing in again = %d %s", status, text)
			}
		}
		tries := 0
		for ; tries < 20; tries++ {
			if status, _, _ := call(t, second, "POST", base+"/session", `{"name":"lm","password":"wrong"}`); status == 429 {
				break
			}
		}
		if tries > 5 {
			t.Errorf("%d tries were let through at once, want at most 5", tries)
		}
		for _, secret := range []string{string(link), "correct horse battery", "another long one"} {
			if strings.Contains(s.logs.String(), secret) {
				t.Errorf("the log holds a secret: %s", s.logs)
			}
		}
	})
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		link, err := s.store.AddLink(t.Context(), system)
		if err != nil {
			t.Fatal(err)
		}
		b := browser(t)
		call(t, b, "POST", s.URL+"/api/v1/session/link", fmt.Sprintf(`{"secret":%q}`, string(link)))
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "same-site"}} {
			if status, text, _ := call(t, b, "POST", s.URL+"/api/v1/clients", `{"name":"x"}`, header...); status != 403 {
				t.Errorf("%v = %d %s, want 403", header, status, text)
			}
		}
		if status, text, _ := call(t, b, "POST", s.URL+"/api/v1/clients", `{"name":"x"}`, "Sec-Fetch-Site", "same-origin"); status != 201 {
			t.Errorf("our own page = %d %s, want 201", status, text)
		}
	})
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		admin := s.token(t, soc.RoleAdmin)
		tests := []struct {
			method, path, body string
			status             int
			says               string
		}{
			{"GET", "/alerts?query=word+severity%3E%3Dhihg", "", 422, `"location":"query.16"`},
			{"GET", "/alerts?cursor=zzz", "", 422, "cursor"},
			{"GET", "/alerts?limit=501", "", 422, "query.limit"},
			{"GET", "/alerts/" + strings.Repeat("0", 32), "", 404, "no such thing"},
			{"GET", "/alerts/" + strings.Repeat("0", 32) + "/raw", "", 404, "no such thing"},
			{"GET", "/nodes/nobody", "", 404, "no such thing"},
			{"POST", "/clients", `{"name":"acme"}`, 409, "exists already"},
			{"POST", "/clients", `{"name":" "}`, 422, "needs a name"},
			{"POST", "/clients", `{"nam":"x"}`, 422, "nam"},
			{"POST", "/clients", `{`, 400, ""},
			{"POST", "/clients/nobody/node-tokens", `{}`, 404, "no such thing"},
			{"POST", "/tokens", `{"name":"x","role":"king"}`, 422, "body.role"},
			{"GET", "/nothing", "", 404, "no such operation"},
		}
		for _, tt := range tests {
			status, text, header := call(t, s.Client(), tt.method, s.URL+"/api/v1"+tt.path, tt.body, "Authorization", "Bearer "+admin)
			if status != tt.status || !strings.Contains(text, tt.says) || !strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") {
				t.Errorf("%s %s = %d %s (%s), want %d and %q", tt.method, tt.path, status, text, header.Get("Content-Type"), tt.status, tt.says)
			}
		}
	})
}

func TestPagesGoThroughEveryAlertOnce(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		s.raise(t, 25)
		admin := s.token(t, soc.RoleAdmin)
		seen := map[string]bool{}
		url := s.URL + "/api/v1/alerts?limit=10"
		for pages := 0; ; pages++ {
			_, text, _ := call(t, s.Client(), "GET", url, "", "Authorization", "Bearer "+admin)
			var page struct {
				Items []soc.StoredAlert `json:"items"`
				Next  *string           `json:"next"`
			}
			if err := json.Unmarshal([]byte(text), &page); err != nil {
				t.Fatal(err)
			}
			for _, a := range page.Items {
				if seen[a.ID.String()] {
					t.Errorf("alert %s stands on two pages", a.ID)
				}
				seen[a.ID.String()] = true
			}
			if page.Next == nil {
				if pages != 2 {
					t.Errorf("%d pages, want 3", pages+1)
				}
				break
			}
			url = s.URL + "/api/v1/alerts?limit=10&cursor=" + *page.Next
		}
		if len(seen) != 25 {
			t.Errorf("%d alerts, want 25", len(seen))
		}
	})
}

// follow opens a stream and returns a function that gives its events one by one.
func follow(t *testing.T, s *server, query, last, token string) (next func() (event, id string)) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/stream?query="+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	answer, err := s.Client().Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("stream = %v, %v", answer, err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	return func() (event, id string) {
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "event":
				event = value
			case "id":
				id = value
			case "":
				if event != "" {
					return event, id
				}
			}
		}
		return "", ""
	}
}

func TestAnAlertTellsWhatElseToLookFor(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		alert := soc.Alert{
			ID: soc.NewAlertID(time.Now(), "", []byte("observed")), Severity: soc.SeverityLow, EventTime: time.Now().UTC(),
			Rule: soc.Rule{Engine: soc.EngineSOCme, ID: "observed"}, Source: soc.Endpoint{Host: "ws-01"},
			File: &soc.File{Path: "/tmp/x", MD5: "0123456789abcdef0123456789abcdef"},
		}
		if _, err := s.store.Raise(t.Context(), system, store.Notice{Alert: alert, Client: s.client.ID, Once: "observed"}); err != nil {
			t.Fatal(err)
		}
		status, body, _ := call(t, s.Client(), "GET", s.URL+"/api/v1/alerts/"+alert.ID.String(), "", "Authorization", "Bearer "+s.token(t, soc.RoleViewer))
		var got api.AlertDetail
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
			t.Fatal(status, body, err)
		}
		want := []soc.Observable{{Type: soc.ObservableHost, Value: "ws-01"}, {Type: soc.ObservableHash, Value: alert.File.MD5}}
		if !slices.Equal(got.Observables, want) || got.File == nil || *got.File != *alert.File {
			t.Errorf("observables %v, want %v; file %+v", got.Observables, want, got.File)
		}
	})
}

func TestTheStreamResumesWhereItWas(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		token := s.token(t, soc.RoleViewer)
		s.raise(t, 3)
		next := follow(t, s, "", "", token)
		if event, id := next(); event != "hello" || id != "3" {
			t.Fatalf("the stream begins with %s %s, want hello 3", event, id)
		}
		s.raise(t, 2)
		for _, want := range []string{"4", "5"} {
			if event, id := next(); event != "alert" || id != want {
				t.Errorf("%s %s, want alert %s", event, id, want)
			}
		}
		resumed := follow(t, s, "severity%3E%3Dhigh", "1", token)
		if event, id := resumed(); event != "hello" || id != "1" {
			t.Errorf("resumed = %s %s, want hello 1", event, id)
		}
		for _, want := range []string{"2", "4"} { // of 2 to 5 those with an even number are high
			if event, id := resumed(); event != "alert" || id != want {
				t.Errorf("%s %s, want alert %s", event, id, want)
			}
		}
		for _, last := range []string{"999", "soon", "-5"} {
			reset := follow(t, s, "", last, token)
			if event, _ := reset(); event != "reset" {
				t.Errorf("after %s the stream begins with %s, want reset", last, event)
			}
		}
	})
}

func TestAListenerThatTheHubHasLeftBehindReadsTheStore(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		token := s.token(t, soc.RoleViewer)
		s.raise(t, 10)
		s.listen(t, slog.New(slog.DiscardHandler), 10) // a core that has just started: its hub holds nothing
		next := follow(t, s, "", "4", token)
		next()
		for want := 5; want <= 10; want++ {
			if event, id := next(); event != "alert" || id != strconv.Itoa(want) {
				t.Errorf("%s %s, want alert %d", event, id, want)
			}
		}
	})
}

func TestTheDocumentIsWhatTheCodeSays(t *testing.T) {
	want, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/openapi.yaml is stale (%v): run make gen", err)
	}
}

func TestWhatGoesWrongInsideIsLoggedAndNotTold(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		admin := s.token(t, soc.RoleAdmin)
		if status, _, _ := call(t, s.Client(), "GET", s.URL+"/api/v1/alerts", "", "Authorization", "Bearer "+admin); status != 200 {
			t.Fatalf("before = %d", status)
		}
		if err := s.store.Close(); err != nil {
			t.Fatal(err)
		}
		status, text, header := call(t, s.Client(), "GET", s.URL+"/api/v1/alerts", "", "Authorization", "Bearer "+admin)
		if status != 500 || strings.Contains(text, "sql") || strings.Contains(text, "database") || header.Get("X-Request-Id") == "" {
			t.Errorf("with its database gone the API says %d %s; want 500, an id, and nothing of what is inside", status, text)
		}
		if !strings.Contains(s.logs.String(), "closed") {
			t.Errorf("the log does not say what went wrong: %s", s.logs)
		}
	})
}
