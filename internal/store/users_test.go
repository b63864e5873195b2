package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// root is an admin of all clients who exists, and their scope.
func (w *world) root(t testing.TB) (soc.User, soc.Scope) {
	t.Helper()
	secret := must(w.AddLink(t.Context(), system))(t)
	user := must(w.UseLink(t.Context(), system, secret, store.Origin{Address: "192.0.2.1"}))(t)
	return user, scopeOf(user)
}

func scopeOf(user soc.User) soc.Scope {
	return user.Scope(soc.Actor{Kind: soc.ActorUser, ID: user.ID, Name: user.Name, Address: "192.0.2.1"})
}

func (w *world) invite(t testing.TB, scope soc.Scope, name string, role soc.Role, clients ...string) soc.User {
	t.Helper()
	i := must(w.InviteUser(t.Context(), scope, name, store.Wanted{Role: role, AllClients: len(clients) == 0, Clients: clients}))(t)
	return i.User
}

func TestAUserIsInvitedByALinkThatWorksOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		i := must(w.InviteUser(ctx, root, "Élodie", store.Wanted{Role: soc.RoleViewer, Clients: []string{w.client.Name}}))(t)
		if u := i.User; u.HasPassword || u.AllClients || len(u.Clients) != 1 || u.Clients[0].ID != w.client.ID {
			t.Errorf("the invited user is %+v", u)
		}
		if _, err := w.InviteUser(ctx, root, "éLODIE", store.Wanted{Role: soc.RoleViewer, AllClients: true}); !errors.Is(err, soc.ErrConflict) {
			t.Errorf("the same name in another case = %v, want ErrConflict", err)
		}
		user, err := w.UseLink(ctx, system, i.Secret, store.Origin{})
		if err != nil || user.ID != i.User.ID || user.Scope(soc.Actor{}).All() {
			t.Errorf("the link = %+v, %v", user, err)
		}
		if _, err := w.UseLink(ctx, system, i.Secret, store.Origin{}); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("the link a second time = %v", err)
		}
		late := must(w.AddUserLink(ctx, root, "élodie"))(t)
		w.clock = w.clock.Add(73 * time.Hour)
		if _, err := w.UseLink(ctx, system, late.Secret, store.Origin{}); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("a link that is too old = %v", err)
		}
	})
}

func TestALinkTakesAwayWhatWasLost(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		ada := w.invite(t, root, "ada", soc.RoleAnalyst)
		if err := w.SetAccount(ctx, scopeOf(ada), store.AccountChange{Password: "$hash"}); err != nil {
			t.Fatal(err)
		}
		if err := w.SetTOTP(ctx, scopeOf(ada), store.TOTP{Sealed: []byte("sealed"), Step: 7, Codes: []soc.Secret{"recover"}}); err != nil {
			t.Fatal(err)
		}
		session, _, err := w.AddSession(ctx, system, ada.ID, store.Origin{Address: "192.0.2.7", Place: "192.0.2.7"})
		if err != nil {
			t.Fatal(err)
		}
		link := must(w.AddUserLink(ctx, root, "ada"))(t)
		if _, _, err := w.Session(ctx, system, session); err != nil {
			t.Errorf("before the link is used the session = %v, want it to go on", err)
		}
		if user := must(w.UseLink(ctx, system, link.Secret, store.Origin{}))(t); user.HasPassword || user.HasTOTP {
			t.Errorf("after the link the user is %+v, want neither password nor second factor", user)
		}
		if _, _, err := w.Session(ctx, system, session); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("the session that was open = %v, want it to be over", err)
		}
		if used := must(w.UseRecoveryCode(ctx, system, ada.ID, "recover", store.Origin{}))(t); used {
			t.Error("a recovery code of the old second factor still works")
		}
	})
}

func TestTheLastAdminOfAllClientsStays(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		me, root := w.root(t)
		w.invite(t, root, "local admin", soc.RoleAdmin, w.client.Name) // does not count
		yes, viewer := true, store.Wanted{Role: soc.RoleViewer, AllClients: true}
		fewer := store.Wanted{Role: soc.RoleAdmin, Clients: []string{w.client.Name}}
		for name, do := range map[string]func() error{
			"deleted":          func() error { return w.DeleteUser(ctx, root, me.ID) },
			"disabled":         func() error { _, err := w.SetUser(ctx, root, me.ID, store.UserChange{Disabled: &yes}); return err },
			"made a viewer":    func() error { _, err := w.SetUser(ctx, root, me.ID, store.UserChange{Grant: &viewer}); return err },
			"given fewer ones": func() error { _, err := w.SetUser(ctx, root, me.ID, store.UserChange{Grant: &fewer}); return err },
		} {
			if err := do(); !errors.Is(err, soc.ErrConflict) {
				t.Errorf("the last admin %s = %v, want ErrConflict", name, err)
			}
		}
		if got := must(w.User(ctx, root, me.Name))(t); got.Role != soc.RoleAdmin || !got.AllClients || got.Disabled {
			t.Errorf("afterwards the admin is %+v", got)
		}
		w.invite(t, root, "second", soc.RoleAdmin)
		if err := w.DeleteUser(ctx, root, me.ID); err != nil {
			t.Errorf("one of two admins deleted = %v", err)
		}
	})
}

func TestWhoIsDisabledIsOutAtOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		ada := w.invite(t, root, "ada", soc.RoleAdmin)
		session, _, err := w.AddSession(ctx, system, ada.ID, store.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		_, token, err := w.AddToken(ctx, scopeOf(ada), store.NewToken{Name: "hers", Wanted: store.Wanted{Role: soc.RoleViewer}})
		if err != nil {
			t.Fatal(err)
		}
		set := func(disabled bool) {
			if _, err := w.SetUser(ctx, root, "ada", store.UserChange{Disabled: &disabled}); err != nil {
				t.Fatal(err)
			}
		}
		set(true)
		if _, _, err := w.Session(ctx, system, session); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("her session = %v", err)
		}
		if _, err := w.TokenOf(ctx, system, token); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("her token = %v", err)
		}
		if _, err := w.Account(ctx, system, "ada", ""); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("her account = %v", err)
		}
		if _, _, err := w.AddSession(ctx, system, ada.ID, store.Origin{}); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("signing in = %v", err)
		}
		set(false)
		if _, err := w.TokenOf(ctx, system, token); err != nil {
			t.Errorf("enabled again, her token = %v", err)
		}
		if _, _, err := w.Session(ctx, system, session); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("enabled again, the old session = %v; want her to sign in anew", err)
		}
	})
}

func TestATokenNeverHasMoreThanItsMaker(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		other := must(w.AddClient(ctx, root, "Other", false))(t)
		ada := w.invite(t, root, "ada", soc.RoleAdmin, w.client.Name)
		scope := scopeOf(ada)
		for name, want := range map[string]store.Wanted{
			"all clients":      {Role: soc.RoleViewer, AllClients: true},
			"another's client": {Role: soc.RoleViewer, Clients: []string{other.Name}},
			"one too many":     {Role: soc.RoleViewer, Clients: []string{w.client.Name, string(other.ID)}},
			"no such client":   {Role: soc.RoleViewer, Clients: []string{"nobody"}},
		} {
			if _, _, err := w.AddToken(ctx, scope, store.NewToken{Name: "x", Wanted: want}); !errors.Is(err, soc.ErrForbidden) && !errors.Is(err, soc.ErrInvalid) {
				t.Errorf("a token for %s = %v, want a refusal", name, err)
			}
		}
		for _, role := range []soc.Role{soc.RoleViewer, soc.RoleAnalyst} {
			u := w.invite(t, root, string(role), role)
			if _, _, err := w.AddToken(ctx, scopeOf(u), store.NewToken{Name: "x", Wanted: store.Wanted{Role: role}}); !errors.Is(err, soc.ErrForbidden) {
				t.Errorf("a token made by a %s = %v, want ErrForbidden", role, err)
			}
		}
		made, secret, err := w.AddToken(ctx, scope, store.NewToken{Name: "hers", Wanted: store.Wanted{Role: soc.RoleAdmin}, Expires: w.clock.Add(48 * time.Hour)})
		if err != nil || made.AllClients || len(made.Clients) != 1 || made.Clients[0].ID != w.client.ID || made.Maker != "ada" {
			t.Fatalf("a token without clients = %+v, %v; want those of its maker", made, err)
		}
		// A token of a token: no longer, and of the same user.
		child, grandchild, err := w.AddToken(ctx, made.Scope(soc.Actor{Kind: soc.ActorToken, ID: made.ID, Name: made.Name}), store.NewToken{Name: "child", Wanted: store.Wanted{Role: soc.RoleAdmin}})
		if err != nil || !child.ExpiresTime.Equal(made.ExpiresTime) || child.Maker != "ada" {
			t.Errorf("a token that a token makes = %+v, %v; want the end and the maker of the first", child, err)
		}
		// The maker shrinks, and with her what she made.
		less := store.Wanted{Role: soc.RoleViewer, Clients: []string{other.Name}}
		if _, err := w.SetUser(ctx, root, "ada", store.UserChange{Grant: &less}); err != nil {
			t.Fatal(err)
		}
		for _, s := range []soc.Secret{secret, grandchild} {
			if got := must(w.TokenOf(ctx, system, s))(t); got.Role != soc.RoleViewer || got.AllClients || len(got.Clients) != 0 {
				t.Errorf("after its maker lost the client the token is %+v, want a viewer of nothing", got.Grant)
			}
		}
		if err := w.DeleteUser(ctx, root, "ada"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.TokenOf(ctx, system, secret); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("after its maker is gone the token = %v", err)
		}
	})
}

func TestAdminsOfNamedClientsSeeTheirTokensOnly(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		other := must(w.AddClient(ctx, root, "Other", false))(t)
		ada := scopeOf(w.invite(t, root, "ada", soc.RoleAdmin, w.client.Name))
		ids := map[string]string{}
		for name, want := range map[string]store.Wanted{
			"all": {Role: soc.RoleViewer, AllClients: true}, "ours": {Role: soc.RoleViewer, Clients: []string{w.client.Name}},
			"theirs": {Role: soc.RoleViewer, Clients: []string{other.Name}}, "both": {Role: soc.RoleViewer, Clients: []string{other.Name, w.client.Name}},
		} {
			token, _, err := w.AddToken(ctx, root, store.NewToken{Name: name, Wanted: want})
			if err != nil {
				t.Fatal(err)
			}
			ids[name] = token.ID
		}
		if got := must(w.Tokens(ctx, ada))(t); len(got) != 1 || got[0].Name != "ours" || got[0].Maker != "" {
			t.Errorf("she sees %+v, want ours alone, without who made it", got)
		}
		for _, name := range []string{"all", "theirs", "both"} {
			if err := w.DeleteToken(ctx, ada, ids[name]); !errors.Is(err, soc.ErrNotFound) {
				t.Errorf("deleting %s = %v, want ErrNotFound", name, err)
			}
		}
		if err := w.DeleteToken(ctx, ada, ids["ours"]); err != nil {
			t.Errorf("deleting ours = %v", err)
		}
	})
}

func TestSessionsEndAndAreOnesOwn(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, root := w.root(t)
		ada, bob := w.invite(t, root, "ada", soc.RoleViewer), w.invite(t, root, "bob", soc.RoleViewer)
		signIn := func(user string) (soc.Secret, soc.UserSession) {
			secret, session, err := w.AddSession(ctx, system, user, store.Origin{Address: "192.0.2.9", Agent: "a browser"})
			if err != nil {
				t.Fatal(err)
			}
			return secret, session
		}
		first, one := signIn(ada.ID)
		_, _ = signIn(ada.ID)
		hisSecret, his := signIn(bob.ID)
		if got := must(w.Sessions(ctx, scopeOf(ada), "bob"))(t); len(got) != 2 || got[0].UserID != ada.ID || got[1].Address != "192.0.2.9" || got[1].Agent != "a browser" {
			t.Errorf("whoever she asks for, she sees %+v; want her own two", got)
		}
		if got := must(w.Sessions(ctx, root, ""))(t); len(got) != 3 {
			t.Errorf("an admin sees %d sessions, want 3", len(got))
		}
		if err := w.EndSession(ctx, scopeOf(ada), his.ID); !errors.Is(err, soc.ErrNotFound) {
			t.Errorf("she ends his = %v, want ErrNotFound", err)
		}
		if err := w.EndSession(ctx, scopeOf(ada), one.ID); err != nil {
			t.Errorf("she ends her own = %v", err)
		}
		if _, _, err := w.Session(ctx, system, first); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("after its end = %v", err)
		}
		for range 31 * 24 / 11 { // used all the time
			if _, _, err := w.Session(ctx, system, hisSecret); err != nil {
				if age := w.clock.Sub(his.CreatedTime); age < 30*24*time.Hour {
					t.Fatalf("a session in use ended after %s: %v", age, err)
				}
			}
			w.clock = w.clock.Add(11 * time.Hour)
		}
		if _, _, err := w.Session(ctx, system, hisSecret); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("after 31 days of use = %v, want the end", err)
		}
		idle, _ := signIn(bob.ID)
		w.clock = w.clock.Add(13 * time.Hour)
		if _, _, err := w.Session(ctx, system, idle); !errors.Is(err, soc.ErrUnauthenticated) {
			t.Errorf("after 13 hours without use = %v, want the end", err)
		}
	})
}

func TestAPlaceIsKnownAfterASignInThere(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		me, _ := w.root(t)
		known := func(place string) bool { return must(w.Account(ctx, system, me.Name, place))(t).Known }
		if known("192.0.2.7") {
			t.Error("a place is known before anybody signed in there")
		}
		if _, _, err := w.AddSession(ctx, system, me.ID, store.Origin{Address: "192.0.2.7", Place: "192.0.2.7"}); err != nil {
			t.Fatal(err)
		}
		if !known("192.0.2.7") || known("192.0.2.8") {
			t.Error("after a sign-in that place is known and no other")
		}
		w.clock = w.clock.Add(91 * 24 * time.Hour)
		if known("192.0.2.7") {
			t.Error("after 91 days the place is still known")
		}
	})
}

func TestACodeAndARecoveryCodeWorkOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		me, root := w.root(t)
		if err := w.SetTOTP(ctx, root, store.TOTP{Sealed: []byte("sealed"), Step: 10, Codes: []soc.Secret{"one", "two"}}); err != nil {
			t.Fatal(err)
		}
		steps := []struct {
			step int64
			want bool
		}{{10, false}, {9, false}, {11, true}, {11, false}, {12, true}}
		for _, s := range steps {
			if got := must(w.UseTOTP(ctx, system, me.ID, s.step))(t); got != s.want {
				t.Errorf("the code of step %d = %v, want %v", s.step, got, s.want)
			}
		}
		var got []bool
		for _, code := range []soc.Secret{"one", "one", "three", "two"} {
			got = append(got, must(w.UseRecoveryCode(ctx, system, me.ID, code, store.Origin{}))(t))
		}
		if want := []bool{true, false, false, true}; !slices.Equal(got, want) {
			t.Errorf("recovery codes = %v, want %v", got, want)
		}
	})
}

func TestNamesOfBeforeAreFoundWhateverTheirScript(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		me, root := w.root(t)
		if err := store.Exec(w.Store, `UPDATE users SET name = ?, name_key = '' WHERE id = ?`, "ÉLODIE", me.ID); err != nil {
			t.Fatal(err)
		}
		if err := store.FillNameKeys(t.Context(), w.Store); err != nil {
			t.Fatal(err)
		}
		if got := must(w.User(t.Context(), root, "élodie"))(t); got.ID != me.ID {
			t.Errorf("found %+v", fmt.Sprint(got))
		}
	})
}
