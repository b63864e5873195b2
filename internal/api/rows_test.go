package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// row is what the test knows of an operation.
type row struct {
	// least is who may call it: "public", "viewer", "analyst", "admin", or "owner", who is
	// an admin of all clients. "self" is every role, by a session only.
	least string
	ok    int // the status for who may, 200 if it is 0
	// of makes the request for a thing of a side: the path behind /api/v1 and the body.
	// Who does not see the side gets what a thing that is not there gives.
	of func(t *testing.T, i *isolation, a *asker, s *side) (path, body string)
	// about makes the request for what is of no side.
	about func(t *testing.T, i *isolation, a *asker) (path, body string)
	// count is how many items the answer has.
	count func(t *testing.T, i *isolation, a *asker) int
	// quiet says that it may change nothing that the audit would tell.
	quiet bool
	// shows says what of clients' data the answer holds, which must be in the audit then.
	// Every operation that reads has it, and one that does more may.
	shows shown
}

// shown is what an answer holds of clients' data.
type shown string

const (
	nothing shown = "nothing" // of any client
	some    shown = "some"    // things of the client that it is about, or of every client that is seen
	counts  shown = "counts"  // what is counted over all clients that are seen
	later   shown = "later"   // nothing in this test, where nobody has been mentioned
)

func path(text string) func(*testing.T, *isolation, *asker, *side) (string, string) {
	return func(_ *testing.T, _ *isolation, _ *asker, s *side) (string, string) {
		return strings.NewReplacer("{client}", string(s.client.ID), "{node}", string(s.node.ID), "{alert}", s.alerts[0].ID.String(),
			"{group}", soc.NewGroupID(s.client.ID, &s.alerts[0].Alert).String()).Replace(text), ""
	}
}

func sent(path, body string) func(*testing.T, *isolation, *asker) (string, string) {
	return func(_ *testing.T, i *isolation, _ *asker) (string, string) {
		i.made++
		return path, strings.ReplaceAll(body, "{new}", fmt.Sprint("new ", i.made))
	}
}

// fresh is a request for a user who is made for it.
func fresh(suffix, body string) func(*testing.T, *isolation, *asker) (string, string) {
	return func(t *testing.T, i *isolation, _ *asker) (string, string) {
		return "/users/" + i.user(t, soc.RoleViewer, nil).ID + suffix, body
	}
}

// rows has a row for every operation. A new one is added with who may call it and, if it
// is about things of a client, how it names one.
func rows() map[string]row {
	return map[string]row{
		"about":           {least: "public", about: sent("/about", ""), shows: nothing},
		"sign-in":         {least: "public", ok: 401, about: sent("/session", `{"name":"{new}","password":"x"}`), quiet: true},
		"sign-in-by-link": {least: "public", ok: 401, about: sent("/session/link", `{"secret":"{new}"}`), quiet: true},
		"status":          {least: "viewer", about: sent("/status", ""), shows: nothing},

		"session":        {least: "self", about: sent("/session", ""), shows: nothing},
		"sign-out":       {least: "viewer", ok: 204, about: signOut, quiet: true},
		"change-account": {least: "self", ok: 204, quiet: true, about: sent("/account", `{}`)},
		"delete-account": {least: "self", ok: 422, quiet: true, about: sent("/account/delete", `{"name":"{new}"}`)},
		"new-totp":       {least: "self", about: sent("/account/totp", ""), quiet: true},
		"set-totp":       {least: "self", ok: 422, about: sent("/account/totp", `{"secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","code":"000000"}`), quiet: true},
		"delete-totp":    {least: "self", ok: 204, about: sent("/account/totp/delete", `{}`)},
		"list-sessions":  {least: "self", about: sent("/sessions", ""), shows: nothing},
		"end-session":    {least: "self", ok: 204, about: ownSession},

		"list-users":    {least: "owner", about: sent("/users", ""), shows: nothing},
		"invite-user":   {least: "owner", ok: 201, about: sent("/users", `{"name":"{new}","role":"viewer","all_clients":true}`)},
		"user":          {least: "owner", about: fresh("", ""), shows: nothing},
		"set-user":      {least: "owner", about: fresh("", `{"disabled":true}`)},
		"add-user-link": {least: "owner", ok: 201, about: fresh("/link", "")},
		"delete-user":   {least: "owner", ok: 204, about: fresh("", "")},

		"list-tokens":  {least: "admin", about: sent("/tokens", ""), shows: nothing},
		"add-token":    {least: "admin", ok: 201, about: sent("/tokens", `{"name":"{new}","role":"viewer"}`)},
		"delete-token": {least: "admin", ok: 204, of: freshToken},

		"list-audit":   {least: "owner", about: sent("/audit", ""), shows: counts},
		"verify-audit": {least: "owner", about: sent("/audit/verify", ""), quiet: true},

		"list-clients":   {least: "viewer", about: sent("/clients", ""), count: clientsOf, shows: some},
		"add-client":     {least: "owner", ok: 201, about: sent("/clients", `{"name":"{new}"}`)},
		"client":         {least: "viewer", of: path("/clients/{client}"), shows: some},
		"colleagues":     {least: "analyst", of: path("/clients/{client}/colleagues"), shows: some},
		"set-client":     {least: "admin", of: newNotes},
		"delete-client":  {least: "owner", of: withBody(path("/clients/{client}/delete"), `{"name":"","dry_run":true}`), quiet: true, shows: some},
		"client-records": {least: "viewer", of: path("/clients/{client}/records"), shows: some},

		"client-logo":        {least: "viewer", of: freshLogo, shows: some},
		"set-client-logo":    {least: "admin", of: withBody(path("/clients/{client}/logo"), picture())},
		"delete-client-logo": {least: "admin", ok: 204, of: freshLogo},

		"add-node-token": {least: "admin", ok: 201, of: withBody(path("/clients/{client}/node-tokens"), `{}`)},

		"list-nodes":  {least: "viewer", about: sent("/nodes", ""), count: nodesOf, shows: some},
		"node":        {least: "viewer", of: path("/nodes/{node}"), shows: some},
		"node-proof":  {least: "viewer", of: path("/nodes/{node}/proof?from=2020-01-01T00:00:00Z"), shows: some},
		"revoke-node": {least: "admin", ok: 204, of: path("/nodes/{node}/revoke")},

		"list-agents": {least: "viewer", about: sent("/agents", ""), count: nodesOf, shows: some}, // each node tells of one

		"overview": {least: "viewer", about: sent("/overview", ""), shows: counts},

		"list-alerts":   {least: "viewer", about: sent("/alerts?limit=500", ""), count: alertsOf, shows: some},
		"alert":         {least: "viewer", of: path("/alerts/{alert}"), shows: some},
		"alert-raw":     {least: "viewer", of: path("/alerts/{alert}/raw"), shows: some},
		"export-alerts": {least: "viewer", about: sent("/alerts/export", ""), shows: some},
		"stream":        {least: "viewer", about: sent("/stream", ""), shows: some},
		"histogram":     {least: "viewer", about: sent("/alerts/histogram", ""), shows: counts},
		"facets":        {least: "viewer", about: sent("/alerts/facets", ""), shows: counts},

		"complete-query": {least: "viewer", about: sent("/query/complete?query=client:&at=7", ""), shows: counts},
		"query-fields":   {least: "viewer", about: sent("/query/fields", ""), shows: nothing},

		"list-groups":    {least: "viewer", about: sent("/groups?limit=500", ""), count: groupsOf, shows: some},
		"group-facets":   {least: "viewer", about: sent("/groups/facets", ""), shows: counts},
		"group-by":       {least: "viewer", about: sent("/groups/by?by=client,rule&limit=500", ""), count: groupsOf, shows: some},
		"group":          {least: "viewer", of: path("/groups/{group}"), shows: some},
		"group-alerts":   {least: "viewer", of: path("/groups/{group}/alerts"), shows: some},
		"group-timeline": {least: "viewer", of: path("/groups/{group}/timeline"), shows: some},
		"alert-timeline": {least: "viewer", of: path("/alerts/{alert}/timeline"), shows: some},
		"similar-alerts": {least: "viewer", of: path("/alerts/{alert}/similar"), shows: counts},
		"sightings":      {least: "viewer", of: path("/alerts/{alert}/sightings"), shows: counts},
		"mentions":       {least: "viewer", about: sent("/mentions", ""), shows: later},
		"act-on-alert":   {least: "analyst", of: withBody(path("/alerts/{alert}/actions"), `{"verb":"comment","text":"seen"}`)},
		"act-on-group":   {least: "analyst", of: withBody(path("/groups/{group}/actions"), `{"verb":"release"}`)},
		"act-on-filter":  {least: "analyst", about: sent("/actions", `{"verb":"release","query":""}`)},
		"preview-action": {least: "analyst", about: sent("/actions/preview", `{"verb":"resolve","query":""}`), quiet: true, shows: counts},
		"undo-action":    {least: "analyst", ok: 404, about: sent("/actions/nothing/undo", ""), quiet: true},

		"metrics":       {least: "viewer of all", about: sent("/metrics", ""), quiet: true, shows: nothing},
		"retention":     {least: "viewer", about: sent("/retention", ""), shows: counts},
		"set-retention": {least: "owner", ok: 204, about: sent("/retention", `{"policies":[]}`)},
		"run-retention": {least: "owner", about: sent("/retention/run?dry_run=true", ""), quiet: true, shows: counts},
		"add-hold":      {least: "owner", ok: 201, about: sent("/holds", `{"reason":"{new}"}`)},
		"release-hold":  {least: "owner", ok: 404, about: sent("/holds/nothing", ""), quiet: true},

		"list-advisories":  {least: "viewer", about: sent("/advisories", ""), shows: nothing},
		"list-publishers":  {least: "viewer", about: sent("/publishers", ""), shows: nothing},
		"add-publisher":    {least: "owner", ok: 201, about: sent("/publishers", `{"name":"{new}","url":"https://cert.example/{new}","kind":"report"}`)},
		"change-publisher": {least: "owner", ok: 404, about: sent("/publishers/nothing", `{"name":"it","url":"https://it.example/","kind":"report"}`), quiet: true},
		"delete-publisher": {least: "owner", ok: 404, about: sent("/publishers/nothing", ""), quiet: true},
		"read-publisher":   {least: "owner", ok: 404, about: sent("/publishers/nothing/read", ""), quiet: true},

		"list-views":     {least: "viewer", about: sent("/views", ""), shows: nothing},
		"add-view":       {least: "self", ok: 201, about: sent("/views", `{"name":"{new}","query":"is:open"}`)},
		"set-first-view": {least: "self", ok: 204, about: firstView},
		"change-view":    {least: "self", about: ownView(`{"name":"changed","query":"severity:high"}`)},
		"delete-view":    {least: "self", ok: 204, about: ownView("")},
	}
}

// clientsOf counts the clients: those of all see also what other rows have added.
func clientsOf(t *testing.T, i *isolation, a *asker) int {
	t.Helper()
	clients, err := i.store.Clients(t.Context(), system)
	if err != nil {
		t.Fatal(err)
	}
	if a.all {
		return len(clients)
	}
	return len(a.sees)
}

func nodesOf(_ *testing.T, _ *isolation, a *asker) int { return len(a.sees) }

func alertsOf(_ *testing.T, _ *isolation, a *asker) int { return a.alerts() }

func (a *asker) alerts() int {
	n := 0
	for _, s := range a.sees {
		n += len(s.alerts)
	}
	return n
}

// groupsOf counts the groups of what the asker sees.
func groupsOf(_ *testing.T, _ *isolation, a *asker) int {
	groups := map[soc.GroupID]bool{}
	for _, s := range a.sees {
		for _, alert := range s.alerts {
			groups[soc.NewGroupID(s.client.ID, &alert.Alert)] = true
		}
	}
	return len(groups)
}

// ownView makes the asker a view to change.
func ownView(body string) func(*testing.T, *isolation, *asker) (string, string) {
	return func(t *testing.T, i *isolation, a *asker) (string, string) {
		t.Helper()
		if a.user == "" {
			return "/views/nothing", body
		}
		i.made++
		scope := soc.ScopeOfAll("test", soc.RoleViewer).As(soc.Actor{Kind: soc.ActorUser, ID: a.user, Name: "test"})
		view, err := i.store.SaveView(t.Context(), scope, soc.View{Name: fmt.Sprint("view ", i.made), Query: "is:open"})
		if err != nil {
			t.Fatal(err)
		}
		return "/views/" + view.ID, strings.ReplaceAll(body, "changed", fmt.Sprint("changed ", i.made))
	}
}

// firstView makes the asker a view to begin with.
func firstView(t *testing.T, i *isolation, a *asker) (string, string) {
	p, _ := ownView("")(t, i, a)
	return "/account/view", `{"view":"` + strings.TrimPrefix(p, "/views/") + `"}`
}

func withBody(of func(*testing.T, *isolation, *asker, *side) (string, string), body string) func(*testing.T, *isolation, *asker, *side) (string, string) {
	return func(t *testing.T, i *isolation, a *asker, s *side) (string, string) {
		p, _ := of(t, i, a, s)
		return p, body
	}
}

// picture is a small logo.
func picture() string {
	var out bytes.Buffer
	_ = png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, 3, 2))) // into memory
	return out.String()
}

// newNotes changes a client's notes.
func newNotes(t *testing.T, i *isolation, a *asker, s *side) (string, string) {
	t.Helper()
	i.made++
	p, _ := path("/clients/{client}")(t, i, a, s)
	return p, fmt.Sprintf(`{"notes":"call first, %d"}`, i.made)
}

// freshLogo gives the client a logo that can be taken away.
func freshLogo(t *testing.T, i *isolation, a *asker, s *side) (string, string) {
	t.Helper()
	if _, err := i.store.SetLogo(t.Context(), system, string(s.client.ID), store.Logo{Type: "image/png", Image: []byte(picture())}); err != nil && !errors.Is(err, soc.ErrNotFound) {
		t.Fatal(err)
	}
	return path("/clients/{client}/logo")(t, i, a, s)
}

func freshToken(t *testing.T, i *isolation, _ *asker, s *side) (path, body string) {
	t.Helper()
	token, _, err := i.store.AddToken(t.Context(), system, store.NewToken{Name: "gone soon", Wanted: store.Wanted{Role: soc.RoleViewer, Clients: []string{string(s.client.ID)}}})
	if err != nil {
		t.Fatal(err)
	}
	return "/tokens/" + token.ID, ""
}

// ownSession makes the asker another session to end.
func ownSession(t *testing.T, i *isolation, a *asker) (path, body string) {
	t.Helper()
	if a.user == "" {
		return "/sessions/nothing", ""
	}
	_, session, err := i.store.AddSession(t.Context(), system, a.user, store.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	return "/sessions/" + session.ID, ""
}

// signOut gives the asker another session, since it ends the one that asks.
func signOut(t *testing.T, i *isolation, a *asker) (path, body string) {
	t.Helper()
	if a.user != "" {
		defer func(old []string) { t.Cleanup(func() { a.header = old }) }(slices.Clone(a.header))
		secret, _, err := i.store.AddSession(t.Context(), system, a.user, store.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		a.header = []string{"Cookie", "socme_session=" + string(secret)}
	}
	return "/session", ""
}

// may says whether the asker may call the operation at all, and else which status it gets.
func (r row) may(a *asker) (ok bool, status int) {
	rank := map[soc.Role]int{"": 0, soc.RoleViewer: 1, soc.RoleAnalyst: 2, soc.RoleAdmin: 3}[a.role]
	least := map[string]int{"public": 0, "self": 1, "viewer": 1, "viewer of all": 1, "analyst": 2, "admin": 3, "owner": 3}[r.least]
	switch {
	case rank == 0 && least > 0:
		return false, http.StatusUnauthorized
	case rank < least, (r.least == "owner" || r.least == "viewer of all") && !a.all:
		return false, http.StatusForbidden
	}
	return true, 0
}
