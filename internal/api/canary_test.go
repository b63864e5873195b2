package api_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/api"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// TestSecretsStayWhereTheyBelong plants a secret in every field that holds one, asks every
// operation for everything, well and badly, and looks for them in every answer, in the
// log, in the audit, and in the files of the database. What is made to be shown once may
// stand in the answer that makes it, and nowhere else.
func TestSecretsStayWhereTheyBelong(t *testing.T) {
	s := serve(t, storetest.SQLite())
	canaries := map[string]string{} // secret → what it is
	plant := func(what, secret string) string {
		canaries[secret] = what
		return secret
	}
	var seen []string // answers
	ask := func(c *http.Client, method, path, body string, header ...string) (int, string) {
		status, text, head := call(t, c, method, s.URL+"/api/v1"+path, body, header...)
		head.Del("Set-Cookie")
		seen = append(seen, fmt.Sprint(method, " ", path, " ", status, " ", text, " ", head))
		return status, text
	}
	once := func(c *http.Client, method, path, body string, header ...string) string { // may be shown
		status, text := ask(c, method, path, body, header...)
		if status >= 300 {
			t.Fatalf("%s %s = %d %s", method, path, status, text)
		}
		seen = seen[:len(seen)-1]
		return text
	}

	link, err := s.store.AddLink(t.Context(), system)
	if err != nil {
		t.Fatal(err)
	}
	b := browser(t)
	ask(b, "POST", "/session/link", fmt.Sprintf(`{"secret":%q}`, plant("a used link", string(link))))
	password := plant("a password", "canary-of-a-password-7")
	ask(b, "PUT", "/account", fmt.Sprintf(`{"name":"root","password":%q}`, password))
	ask(b, "PUT", "/account", fmt.Sprintf(`{"password":%q,"current_password":"x"}`, plant("a password that was not taken", "canary-refused-password")))
	ask(b, "POST", "/session", fmt.Sprintf(`{"name":"root","password":%q}`, plant("a wrong password", "canary-wrong-password")))
	ask(b, "POST", "/session", fmt.Sprintf(`{"name":%q,"password":"x"}`, plant("a password as a name", "canary-typed-as-name")))
	ask(b, "POST", "/session", fmt.Sprintf(`{"name":"root","password":%q,"more":1}`, password))
	ask(b, "POST", "/session", fmt.Sprintf(`{"name":"root","password":[%q]}`, plant("a password of a wrong type", "canary-in-a-list")))
	ask(b, "PUT", "/account", fmt.Sprintf(`{"password":%q}`, plant("a short password", "canary-sh")))
	ask(b, "POST", "/session/link", fmt.Sprintf(`{"secret":%q}`, plant("a link that is none", "canary-link-that-is-none")))

	totp := into[api.NewTOTP](t, once(b, "POST", "/account/totp", ""))
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plant("a second factor", totp.Secret))
	if err != nil {
		t.Fatal(err)
	}
	plant("a second factor's bytes", string(raw))
	codes := into[api.RecoveryCodes](t, once(b, "PUT", "/account/totp", fmt.Sprintf(`{"secret":%q,"code":%q,"current_password":%q}`, totp.Secret, api.TOTPCode(raw, time.Now().Unix()/30), password)))
	for _, code := range codes.Codes {
		plant("a recovery code", code)
		plant("a recovery code without dashes", strings.ReplaceAll(code, "-", ""))
	}
	ask(b, "POST", "/session", fmt.Sprintf(`{"name":"root","password":%q,"code":%q}`, password, codes.Codes[0]))
	ask(b, "PUT", "/account/totp", fmt.Sprintf(`{"secret":%q,"code":"000000","current_password":%q}`, totp.Secret, password))

	token := plant("a token", into[api.NewToken](t, once(b, "POST", "/tokens", `{"name":"t","role":"admin"}`)).Token)
	invited := into[api.Invited](t, once(b, "POST", "/users", `{"name":"ada","role":"viewer","clients":["acme"]}`))
	plant("an invitation", strings.TrimPrefix(invited.Path, "/sign-in#link="))
	plant("another link", strings.TrimPrefix(into[api.Invited](t, once(b, "POST", "/users/ada/link", "")).Path, "/sign-in#link="))
	plant("an enrolment", into[api.NodeToken](t, once(b, "POST", "/clients/acme/node-tokens", `{"name":"gate"}`)).Token)
	secret, _, err := s.store.AddEnrolment(t.Context(), system, "acme", "other")
	if err != nil {
		t.Fatal(err)
	}
	plant("an enrolment's secret", string(secret))
	user, err := s.store.User(t.Context(), system, "ada")
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := s.store.AddSession(t.Context(), system, user.ID, store.Origin{Address: "192.0.2.9", Agent: "x"})
	if err != nil {
		t.Fatal(err)
	}
	plant("a session", string(session))
	key, err := os.ReadFile(filepath.Join(s.sealDir, "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	plant("the sealing key", strings.TrimSpace(string(key)))

	// Now everything that answers, to who may see everything and to who may not.
	document := (&isolation{server: s}).operations(t)
	for id, op := range document {
		if id == "stream" {
			continue
		}
		for _, name := range []string{"root", "ada", "acme", user.ID, "x"} {
			path := strings.TrimPrefix(strings.ReplaceAll(op[1], "{id}", name), "/api/v1")
			if id == "node-proof" {
				path += "?from=2020-01-01T00:00:00Z"
			}
			if op[0] != "GET" && (name == "root" || id == "sign-out" || id == "end-session" || id == "delete-user" || id == "add-token" || id == "add-user-link" || id == "add-node-token" || id == "new-totp") {
				continue
			}
			ask(s.Client(), op[0], path, "{}", "Authorization", "Bearer "+token)
			ask(s.Client(), op[0], path, "{", "Authorization", "Bearer "+token)
			ask(s.Client(), op[0], path, "", "Authorization", "Bearer "+plant("a token that is none", "socme_canary"))
			ask(s.Client(), op[0], path, "", "Cookie", "socme_session="+string(session))
		}
	}
	s.api.Flush(t.Context())
	if err := s.store.Close(); err != nil { // what goes wrong inside tells nothing either
		t.Fatal(err)
	}
	ask(s.Client(), "GET", "/alerts", "", "Authorization", "Bearer "+token)
	ask(b, "POST", "/session", fmt.Sprintf(`{"name":"root","password":%q}`, password))

	places := map[string]string{"the log": s.logs.String(), "the answers": strings.Join(seen, "\n")}
	files, err := filepath.Glob(filepath.Join(s.dir, "core.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(file)] = string(content)
	}
	for secret, what := range canaries {
		for place, content := range places {
			if at := strings.Index(content, secret); at >= 0 {
				begin := max(0, at-80)
				t.Errorf("%s stands in %s: …%q…", what, place, content[begin:min(len(content), at+len(secret)+40)])
			}
		}
	}
	if len(canaries) < 35 || len(seen) < 100 || !slices.ContainsFunc(seen, func(s string) bool { return strings.Contains(s, `"verb":"set"`) }) {
		t.Errorf("%d secrets, %d answers: the test has not seen what it should", len(canaries), len(seen))
	}
	for _, secret := range []soc.Secret{"canary"} {
		if text := fmt.Sprintf("%v %s %q %#v %+v", secret, secret, secret, secret, struct{ S soc.Secret }{secret}); strings.Contains(text, "canary") {
			t.Errorf("a secret prints as %s", text)
		}
	}
	t.Logf("%d secrets, %d answers, %d places", len(canaries), len(seen), len(places))
}
