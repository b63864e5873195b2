package wazuhtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// SetPassword changes the password of a user and ends its tokens.
func (s *Server) SetPassword(name, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.state.users {
		if u.name == name {
			u.password = password
			s.revoke(u)
		}
	}
}

// Revoke ends all tokens.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.state.tokens)
}

func (s *Server) revoke(of *user) {
	for text, t := range s.state.tokens {
		if t.user == of {
			delete(s.state.tokens, text)
		}
	}
}

// login answers POST /security/user/authenticate and …/run_as.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	st := &s.state
	now := s.Now()
	if now.Before(st.blocked) {
		refuse(w, http.StatusForbidden, problem{
			Title:  "Permission Denied",
			Detail: "Limit of login attempts reached. The current IP has been blocked due to a high number of login attempts",
		})
		return
	}
	name, password, _ := r.BasicAuth()
	var found *user
	for _, u := range st.users {
		if u.name == name && u.password == password {
			found = u
		}
	}
	runAs := strings.HasSuffix(r.URL.Path, "/run_as")
	if found == nil {
		s.refuseLogin(w)
		return
	}
	st.failed = 0
	claims := map[string]any{
		"iss": "wazuh", "aud": "Wazuh API REST", "sub": name, "run_as": runAs,
		"rbac_roles": found.roles, "rbac_mode": "white",
	}
	if runAs {
		body, err := io.ReadAll(io.LimitReader(r.Body, 8<<10+1))
		switch {
		case err != nil || len(body) > 8<<10:
			refuse(w, http.StatusRequestEntityTooLarge, problem{Title: "Content size exceeded.", Detail: "Content size exceeded."})
			return
		case !found.allowRunAs:
			refuse(w, http.StatusForbidden, problem{Title: "Permission Denied", Detail: "The current user does not have authentication enabled through authorization context", Error: 6004})
			return
		case !json.Valid(body):
			badRequest(w, 0, "Body is not a JSON object")
			return
		}
		claims["rbac_roles"] = []int{}
	}
	life := s.TokenLife
	if life == 0 {
		life = 15 * time.Minute
	}
	claims["nbf"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	st.tokenNum++
	text := encode(map[string]string{"alg": "ES512", "typ": "JWT"}) + "." + encode(claims) + "." +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "signature %d", st.tokenNum))
	st.tokens[text] = token{found, now.Add(life)}
	if r.URL.Query().Get("raw") == "true" {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, text)
		return
	}
	answer(w, map[string]any{"data": map[string]any{"token": text}, "error": 0})
}

func (s *Server) refuseLogin(w http.ResponseWriter) {
	st := &s.state
	limit, block := s.MaxLogins, s.BlockTime
	if limit == 0 {
		limit = 50
	}
	if block == 0 {
		block = 5 * time.Minute
	}
	if st.failed++; st.failed >= limit {
		st.blocked, st.failed = s.Now().Add(block), 0
	}
	unauthorized(w, "Invalid credentials")
}

func unauthorized(w http.ResponseWriter, detail string) {
	refuse(w, http.StatusUnauthorized, problem{Title: "Unauthorized", Detail: detail})
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// who is it, by the token.
func (s *Server) who(w http.ResponseWriter, r *http.Request) *user {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		unauthorized(w, "No authorization token provided")
		return nil
	}
	t, ok := s.state.tokens[text]
	if !ok {
		unauthorized(w, "Invalid token")
		return nil
	}
	if !s.Now().Before(t.ends) {
		unauthorized(w, "Token expired")
		return nil
	}
	return t.user
}

func (s *Server) logout(w http.ResponseWriter, u *user, _ *http.Request) {
	s.revoke(u)
	answer(w, map[string]any{"message": "User " + u.name + " was successfully logged out", "error": 0})
}
