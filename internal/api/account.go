package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/http"
	"os"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/seal"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// Present proves who is at the keyboard: a session may have been left open.
type Present struct {
	Current string `json:"current_password,omitempty" maxLength:"1024" doc:"needed when there is a password"`
}

func (a *API) account(api huma.API) {
	huma.Register(api, operation("change-account", http.MethodPut, "/account", signed, "Change one's own name or password"),
		func(ctx context.Context, in *struct {
			Remote
			Body struct {
				Name     string `json:"name,omitempty" maxLength:"64" doc:"only an admin of all clients may take another"`
				Password string `json:"password,omitempty" minLength:"10" maxLength:"1024"`
				Present
			}
		},
		) (*struct{}, error) {
			p, err := a.atKeyboard(ctx, in.Body.Present, in.Origin)
			if err != nil {
				return nil, err
			}
			change := store.AccountChange{Name: in.Body.Name, Keep: p.secret}
			if in.Body.Password != "" {
				if why := weak(in.Body.Password, p.user.Name, in.Body.Name); why != "" {
					return nil, huma.Error422UnprocessableEntity("This password is easily guessed.", &huma.ErrorDetail{Message: why, Location: "body.password"})
				}
				if change.Password, err = a.passwords.hash(ctx, in.Body.Password); err != nil {
					return nil, a.problem(ctx, err)
				}
			}
			return nil, a.problem(ctx, a.Store.SetAccount(ctx, p.scope, change))
		})
	op := operation("delete-account", http.MethodPost, "/account/delete", signed, "Delete one's own account; its sessions and tokens end at once")
	op.Description = "What was done with it stays in the audit and in timelines. The last admin of all clients cannot go."
	op.DefaultStatus = http.StatusNoContent
	op.Errors = append(op.Errors, http.StatusConflict)
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Remote
		Body struct {
			Name string `json:"name" maxLength:"64" doc:"one's own name, exactly"`
			Present
		}
	},
	) (*struct{}, error) {
		p, err := a.atKeyboard(ctx, in.Body.Present, in.Origin)
		if err != nil {
			return nil, err
		}
		if in.Body.Name != p.user.Name {
			return nil, huma.Error422UnprocessableEntity("This is not the name of your account.", &huma.ErrorDetail{Message: "is not your name", Location: "body.name"})
		}
		return nil, a.problem(ctx, a.Store.DeleteAccount(ctx, p.scope, in.Body.Name))
	})
}

// atKeyboard is who is signed in, if they know their present password.
func (a *API) atKeyboard(ctx context.Context, given Present, from store.Origin) (principal, error) {
	p := principalOf(ctx)
	if !p.signedIn() {
		return p, huma.Error403Forbidden("A token has no account. Sign in with a browser.")
	}
	if !p.user.HasPassword {
		return p, nil
	}
	account, err := a.Store.Account(ctx, system, p.user.Name, from.Place)
	if err != nil {
		return p, a.problem(ctx, err)
	}
	attempt := try{account: p.user.Name, place: from.Place, known: account.Known}
	if wait := a.tries.take(attempt); wait > 0 {
		return p, tooMany(wait, "Too many tries.")
	}
	ok, err := a.passwords.check(ctx, given.Current, account.Password)
	if err != nil {
		return p, a.problem(ctx, err)
	}
	if !ok {
		a.refused(ctx, p.user, from, "present password")
		return p, huma.Error403Forbidden("The present password is not right.", &huma.ErrorDetail{Message: "is not the present password", Location: "body.current_password"})
	}
	a.tries.succeeded(attempt)
	return p, nil
}

// NewTOTP is a second factor that is not in use yet.
type NewTOTP struct {
	Secret string `json:"secret" doc:"to type into an authenticator app"`
	URI    string `json:"uri" doc:"the same, as an app reads it from a QR code"`
	QR     QR     `json:"qr" doc:"the same, as the QR code"`
}

// RecoveryCodes let somebody in who has lost the phone.
type RecoveryCodes struct {
	Codes []string `json:"codes" nullable:"false" doc:"each works once in place of a code; shown this once"`
}

// recoveryCodes is how many there are.
const recoveryCodes = 10

func (a *API) totp(api huma.API) {
	huma.Register(api, operation("new-totp", http.MethodPost, "/account/totp", signed, "Make the secret of a second factor; it is not in use yet"),
		func(ctx context.Context, _ *struct{}) (*answer[NewTOTP], error) {
			p := principalOf(ctx)
			if !p.signedIn() {
				return nil, huma.Error403Forbidden("A token has no account. Sign in with a browser.")
			}
			secret := make([]byte, totpSecret)
			_, _ = rand.Read(secret) // never fails: see crypto/rand
			host, _ := os.Hostname() // an unknown name is an empty one
			made := NewTOTP{Secret: totpText(secret), URI: totpURI(secret, p.user.Name, host)}
			var err error
			if made.QR, err = qrOf(made.URI); err != nil {
				return nil, a.problem(ctx, err)
			}
			return &answer[NewTOTP]{made}, nil
		})
	op := operation("set-totp", http.MethodPut, "/account/totp", signed, "Use the second factor from now on; a code proves that the app has it")
	op.DefaultStatus = http.StatusOK
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Remote
		Body struct {
			Secret string `json:"secret" minLength:"32" maxLength:"32" doc:"that of new-totp"`
			Code   string `json:"code" minLength:"6" maxLength:"7" doc:"that the app shows now"`
			Present
		}
	},
	) (*answer[RecoveryCodes], error) {
		p, err := a.atKeyboard(ctx, in.Body.Present, in.Origin)
		if err != nil {
			return nil, err
		}
		if !p.user.HasPassword {
			return nil, huma.Error422UnprocessableEntity("Set a password first: the second factor stands beside it.")
		}
		secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(in.Body.Secret)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity("This secret is none that new-totp gave out.")
		}
		step, ok := totpMatch(secret, digits(in.Body.Code), a.Now())
		if !ok {
			return nil, huma.Error422UnprocessableEntity("The code is not right. Is the phone's clock?", &huma.ErrorDetail{Message: "The code is not right. Look at the clocks of the phone and of the core, and try the next one.", Location: "body.code"})
		}
		set := store.TOTP{Sealed: a.Seal.Seal(secret, aboutTOTP(p.user)), Step: step}
		codes := RecoveryCodes{Codes: []string{}}
		for range recoveryCodes {
			code := soc.NewID()
			set.Codes = append(set.Codes, soc.Secret(code))
			codes.Codes = append(codes.Codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		}
		if err := a.Store.SetTOTP(ctx, p.scope, set); err != nil {
			return nil, a.problem(ctx, err)
		}
		return &answer[RecoveryCodes]{codes}, nil
	})
	op = operation("delete-totp", http.MethodPost, "/account/totp/delete", signed, "Sign in without a second factor from now on")
	op.DefaultStatus = http.StatusNoContent
	huma.Register(api, op, func(ctx context.Context, in *struct {
		Remote
		Body struct{ Present }
	},
	) (*struct{}, error) {
		p, err := a.atKeyboard(ctx, in.Body.Present, in.Origin)
		if err != nil {
			return nil, err
		}
		return nil, a.problem(ctx, a.Store.DeleteTOTP(ctx, p.scope))
	})
}

// aboutTOTP is what a sealed second factor is bound to.
func aboutTOTP(user soc.User) string { return "totp of " + user.ID }

// digits is a code without what people put between its digits.
func digits(code string) string { return strings.NewReplacer(" ", "", "-", "").Replace(code) }

// checkCode checks a code of the app, or uses up a recovery code.
func (a *API) checkCode(ctx context.Context, account store.Account, code string, from store.Origin) (bool, error) {
	code = strings.ToLower(digits(code))
	if len(code) != 6 {
		return a.Store.UseRecoveryCode(ctx, system, account.User.ID, soc.Secret(code), from)
	}
	secret, err := a.Seal.Open(account.TOTP, aboutTOTP(account.User))
	if errors.Is(err, seal.ErrOtherKey) {
		a.Log.ErrorContext(ctx, "a second factor cannot be opened: seal.key is not the one it was sealed with; recovery codes still work, or take it away with socme user set --no-totp", "user", account.User.Name)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	step, ok := totpMatch(secret, code, a.Now())
	if !ok {
		return false, nil
	}
	return a.Store.UseTOTP(ctx, system, account.User.ID, step)
}
