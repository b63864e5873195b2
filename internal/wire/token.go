package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/socme-project/socme/soc"
)

// tokenPrefix lets a person, and a secret scanner, see what the string is.
const tokenPrefix = "socme-node-" //nolint:gosec // what a token begins with is no secret

// Token is what `socme node token` prints and `socme node enrol` takes: where the
// core is, how to know that it is the core, and a secret that works once.
type Token struct {
	Cores     []string `json:"c"` // https://host:port of the nodes' door, in the order to try
	Authority soc.Hash `json:"a"` // sha256 of the CA's certificate (DER)
	Secret    string   `json:"s"`
}

// String is the token as people copy it: one word of letters, digits, - and _.
func (t Token) String() string {
	b, err := json.Marshal(t) //nolint:gosec // this is how the token is handed over
	if err != nil {           // strings and a hash always marshal
		panic(err)
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(b)
}

// ParseToken reads what String wrote.
func ParseToken(text string) (Token, error) {
	var t Token
	packed, ok := strings.CutPrefix(strings.TrimSpace(text), tokenPrefix)
	if !ok {
		return t, fmt.Errorf("%w: an enrolment token begins with %q; make one with `socme node token --client NAME`", soc.ErrInvalid, tokenPrefix)
	}
	b, err := base64.RawURLEncoding.DecodeString(packed)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err != nil || len(t.Cores) == 0 || t.Secret == "" {
		return t, fmt.Errorf("%w: the enrolment token is not whole; copy all of it, it is one word", soc.ErrInvalid)
	}
	return t, nil
}
