package api_test

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/api"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// person is a browser of somebody with a password.
type person struct {
	*http.Client
	s        *server
	name     string
	password string
}

// join invites somebody who sets a password.
func (s *server) join(t *testing.T, name string, role soc.Role, clients ...string) *person {
	t.Helper()
	i, err := s.store.InviteUser(t.Context(), system, name, store.Wanted{Role: role, AllClients: len(clients) == 0, Clients: clients})
	if err != nil {
		t.Fatal(err)
	}
	p := &person{browser(t), s, name, "a few words of " + name + " and more"}
	p.must(t, 200, "POST", "/session/link", fmt.Sprintf(`{"secret":%q}`, string(i.Secret)))
	p.must(t, 204, "PUT", "/account", fmt.Sprintf(`{"password":%q}`, p.password))
	return p
}

func (p *person) must(t *testing.T, want int, method, path, body string) string {
	t.Helper()
	status, text, _ := call(t, p.Client, method, p.s.URL+"/api/v1"+path, body)
	if status != want {
		t.Fatalf("%s %s = %d %s, want %d", method, path, status, text, want)
	}
	return text
}

func into[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func TestASecondFactor(t *testing.T) {
	s := serve(t, storetest.SQLite())
	ada := s.join(t, "ada", soc.RoleAnalyst)
	made := into[api.NewTOTP](t, ada.must(t, 200, "POST", "/account/totp", ""))
	uri, err := url.Parse(made.URI)
	if err != nil || uri.Scheme != "otpauth" || uri.Query().Get("secret") != made.Secret || !strings.Contains(uri.Path, "ada") {
		t.Errorf("the app would read %s, %v", made.URI, err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(made.Secret)
	if err != nil {
		t.Fatal(err)
	}
	step := time.Now().Unix() / 30
	code := func(step int64) string { return api.TOTPCode(secret, step) }
	set := func(code, password string) string {
		return fmt.Sprintf(`{"secret":%q,"code":%q,"current_password":%q}`, made.Secret, code, password)
	}
	wrong := "000000"
	for _, s := range []int64{step - 1, step, step + 1, step + 2} {
		if code(s) == wrong {
			wrong = "111111"
		}
	}
	ada.must(t, 422, "PUT", "/account/totp", set(wrong, ada.password))
	ada.must(t, 403, "PUT", "/account/totp", set(code(step), "not hers"))
	codes := into[api.RecoveryCodes](t, ada.must(t, 200, "PUT", "/account/totp", set(code(step-1), ada.password)))
	if len(codes.Codes) != 10 {
		t.Fatalf("recovery codes %v", codes)
	}

	signIn := func(code string) string {
		return fmt.Sprintf(`{"name":"ada","password":%q,"code":%q}`, ada.password, code)
	}
	again := &person{browser(t), s, "ada", ada.password}
	for _, bad := range []string{"", wrong, code(step - 1), "none-such-as-this-one"} {
		if text := again.must(t, 401, "POST", "/session", signIn(bad)); !strings.Contains(text, `"body.code"`) {
			t.Errorf("with the code %q = %s, want to be asked for a code", bad, text)
		}
	}
	if text := again.must(t, 401, "POST", "/session", `{"name":"ada","password":"wrong","code":"000000"}`); strings.Contains(text, "code") {
		t.Errorf("a wrong password tells that there is a code: %s", text)
	}
	again.must(t, 200, "POST", "/session", signIn(code(step)))
	again.must(t, 401, "POST", "/session", signIn(code(step)))                      // once
	again.must(t, 200, "POST", "/session", signIn(strings.ToUpper(codes.Codes[3]))) // a recovery code
	again.must(t, 401, "POST", "/session", signIn(codes.Codes[3]))
	if text := again.must(t, 200, "GET", "/session", ""); !strings.Contains(text, `"has_totp":true`) {
		t.Errorf("the session says %s", text)
	}
	again.must(t, 403, "POST", "/account/totp/delete", `{"current_password":"wrong"}`)
	again.must(t, 204, "POST", "/account/totp/delete", fmt.Sprintf(`{"current_password":%q}`, ada.password))
	again.must(t, 200, "POST", "/session", signIn(""))
}

func TestCodesCannotBeGuessed(t *testing.T) {
	s := serve(t, storetest.SQLite())
	ada := s.join(t, "ada", soc.RoleAnalyst)
	made := into[api.NewTOTP](t, ada.must(t, 200, "POST", "/account/totp", ""))
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(made.Secret)
	if err != nil {
		t.Fatal(err)
	}
	ada.must(t, 200, "PUT", "/account/totp", fmt.Sprintf(`{"secret":%q,"code":%q,"current_password":%q}`, made.Secret, api.TOTPCode(secret, time.Now().Unix()/30), ada.password))
	tried := 0
	for n := range 12 {
		status, text, head := call(t, browser(t), "POST", s.URL+"/api/v1/session", fmt.Sprintf(`{"name":"ada","password":%q,"code":"%06d"}`, ada.password, n),
			"X-Forwarded-For", fmt.Sprint("203.0.113.", n))
		switch status {
		case http.StatusUnauthorized:
			tried++
		case http.StatusTooManyRequests:
			if head.Get("Retry-After") == "" {
				t.Errorf("429 without Retry-After: %s", text)
			}
		default:
			t.Fatalf("%d %s", status, text)
		}
	}
	if tried > 5 {
		t.Errorf("from many places %d codes were tried, want at most 5", tried)
	}
}

func TestWhoIsBehindWhatTheyMade(t *testing.T) {
	s := serve(t, storetest.SQLite())
	root, ada := s.join(t, "root", soc.RoleAdmin), s.join(t, "ada", soc.RoleAdmin, "acme")
	// An admin of one client makes tokens of that client, and of no more.
	made := into[api.NewToken](t, ada.must(t, 201, "POST", "/tokens", `{"name":"hers","role":"viewer"}`))
	if made.Item.AllClients || len(made.Item.Clients) != 1 || made.Item.Maker != "ada" {
		t.Errorf("her token is %+v", made.Item)
	}
	ada.must(t, 403, "POST", "/tokens", `{"name":"more","role":"viewer","all_clients":true}`)
	if text := ada.must(t, 403, "GET", "/audit", ""); !strings.Contains(text, "Only an admin of all clients") {
		t.Errorf("the refusal says %s", text) // the store refuses as well, in other words
	}
	ada.must(t, 403, "PUT", "/account", fmt.Sprintf(`{"name":"root","current_password":%q}`, ada.password)) // a name tells who is there
	items := into[struct{ Items []soc.AuditRecord }](t, root.must(t, 200, "GET", "/audit?noun=token", "")).Items
	if len(items) != 1 || items[0].Actor.Name != "ada" || items[0].Actor.Kind != soc.ActorUser || items[0].Actor.Address != "127.0.0.1" || items[0].Client.Name != "acme" {
		t.Errorf("the audit says %+v", items)
	}
	// Who sets a password that is tried first is told which field it is.
	if text := root.must(t, 422, "PUT", "/account", fmt.Sprintf(`{"password":"Password2026!!","current_password":%q}`, root.password)); !strings.Contains(text, "body.password") {
		t.Errorf("a common password = %s", text)
	}
}

func TestAFailedSignInIsWrittenDown(t *testing.T) {
	s := serve(t, storetest.SQLite())
	s.join(t, "ada", soc.RoleViewer, "acme")
	for _, name := range []string{"ada", "ada", "hunter2 in the wrong field"} {
		call(t, browser(t), "POST", s.URL+"/api/v1/session", fmt.Sprintf(`{"name":%q,"password":"guess"}`, name))
	}
	s.api.Flush(t.Context())
	got, err := s.store.Audit(t.Context(), system, store.AuditFilter{Verb: "refuse"})
	if err != nil || len(got) != 1 || got[0].Target.Name != "ada" || got[0].Actor.Address != "127.0.0.1" {
		t.Errorf("the audit says %+v, %v; want one record, of ada", got, err)
	}
}

func TestAnAnswerThatIsNotThePagesHasStrictHeaders(t *testing.T) {
	s := serve(t, storetest.SQLite())
	admin := []string{"Authorization", "Bearer " + s.token(t, soc.RoleAdmin)}
	for _, at := range []string{"GET /api/v1/about", "GET /api/v1/alerts", "GET /api/v1/nothing", "DELETE /api/v1/alerts", "GET /healthz", "GET /api/v1/alerts/" + strings.Repeat("0", 32)} {
		method, path, _ := strings.Cut(at, " ")
		_, text, head := call(t, s.Client(), method, s.URL+path, "", admin...)
		for name, want := range api.StrictHeaders() {
			if got := head.Values(name); len(got) != 1 || got[0] != want[0] {
				t.Errorf("%s: %s is %q, want %q", at, name, got, want[0])
			}
		}
		if strings.Contains(path, "nothing") || method == "DELETE" {
			if !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") || !strings.Contains(text, "openapi.json") {
				t.Errorf("%s = %s %s, want a problem that says where to look", at, head.Get("Content-Type"), text)
			}
		}
	}
	if _, text, head := call(t, s.Client(), "GET", s.URL+"/alerts", ""); text != "the page" || head.Get("Content-Security-Policy") != "" {
		t.Errorf("the page = %q with the policy %q, want it to bring its own", text, head.Get("Content-Security-Policy"))
	}
}

func TestRequestsAreLimited(t *testing.T) {
	s := serve(t, storetest.SQLite())
	token := s.token(t, soc.RoleAdmin)
	other := s.token(t, soc.RoleViewer)
	slow := &api.API{Store: s.store, Hub: s.hub, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return s.clock }, Seal: s.seal, Rate: 5}
	server := httptest.NewServer(slow.Handler(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	ask := func(token string) (int, http.Header) {
		status, text, head := call(t, server.Client(), "GET", server.URL+"/api/v1/status", "", "Authorization", "Bearer "+token)
		if status == http.StatusTooManyRequests && !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") {
			t.Errorf("429 is %s %s", head.Get("Content-Type"), text)
		}
		return status, head
	}
	for n := range 10 {
		if status, _ := ask(token); status != http.StatusOK {
			t.Fatalf("request %d = %d", n, status)
		}
	}
	status, head := ask(token)
	if status != http.StatusTooManyRequests || head.Get("Retry-After") != "1" {
		t.Errorf("the eleventh at once = %d, Retry-After %q; want 429 and 1", status, head.Get("Retry-After"))
	}
	if status, _ := ask(other); status != http.StatusOK {
		t.Errorf("somebody else = %d, want to be let through", status)
	}
	s.clock = s.clock.Add(time.Second)
	if status, _ := ask(token); status != http.StatusOK {
		t.Errorf("a second later = %d", status)
	}
	refused := map[int]int{}
	for range 60 {
		status, _ := ask("socme_guess")
		refused[status]++
	}
	if refused[http.StatusUnauthorized] != 40 || refused[http.StatusTooManyRequests] != 20 {
		t.Errorf("60 tokens that are none = %v, want 40 times 401, then 429", refused)
	}
	if status, _ := ask(other); status != http.StatusOK {
		t.Errorf("a good token from the same address = %d, want to be let through", status)
	}
	status, text, _ := call(t, s.Client(), "POST", s.URL+"/api/v1/clients", `{"name":"`+strings.Repeat("x", 70<<10)+`"}`, "Authorization", "Bearer "+token)
	if status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 70 KiB = %d %.200s, want 413", status, text)
	}
}

func TestOnesOwnAccountIsDeletedByNameAndPassword(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		root := s.join(t, "root", soc.RoleAdmin)
		ada := s.join(t, "ada", soc.RoleAnalyst)
		gone := func(name, password string) string {
			return fmt.Sprintf(`{"name":%q,"current_password":%q}`, name, password)
		}
		ada.must(t, 403, "POST", "/account/delete", gone("ada", "not hers"))
		if text := ada.must(t, 422, "POST", "/account/delete", gone("root", ada.password)); !strings.Contains(text, "body.name") {
			t.Errorf("another name = %s, want the place", text)
		}
		other := &person{browser(t), s, "ada", ada.password}
		other.must(t, 200, "POST", "/session", fmt.Sprintf(`{"name":"ada","password":%q}`, ada.password))
		ada.must(t, 204, "POST", "/account/delete", gone("ada", ada.password))
		for _, session := range []*person{ada, other} {
			session.must(t, 401, "GET", "/session", "")
		}
		other.must(t, 401, "POST", "/session", fmt.Sprintf(`{"name":"ada","password":%q}`, ada.password))
		records, err := s.store.Audit(t.Context(), system, store.AuditFilter{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if r := records[0]; r.Verb != "delete" || r.Noun != "user" || r.Actor.Name != "ada" || r.Target.Name != "ada" {
			t.Errorf("the newest record of the audit is %+v, want that ada deleted ada", r)
		}

		// Whoever made the core's first admins may go, but not the last who can do everything.
		users, err := s.store.Users(t.Context(), system)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range users {
			if u.Name != "root" && u.Role == soc.RoleAdmin {
				if err := s.store.DeleteUser(t.Context(), system, u.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if text := root.must(t, 409, "POST", "/account/delete", gone("root", root.password)); !strings.Contains(text, "admin of all clients") {
			t.Errorf("the last admin = %s, want what to do first", text)
		}
		root.must(t, 200, "GET", "/session", "")
	})
}
