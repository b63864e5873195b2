package notifyme

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// Secret is a value that is not to be shown: it prints and marshals as ***. Convert it to string to use it.
type Secret string

// String returns ***, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString returns what String does.
func (s Secret) GoString() string { return s.String() }

// Format writes what String does, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText returns what String does.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Secrets returns every spelling in which a secret of the channel could turn up in an error: each field of type Secret
// as it is, escaped as in URL and JSON, in base64, and for a secret that is a URL also the parts of its path and
// query. Parts of fewer than 4 characters are left out, for they would blot out ordinary words.
func Secrets(channel any) []string {
	var found []string
	v := reflect.Indirect(reflect.ValueOf(channel))
	for _, field := range reflect.VisibleFields(v.Type()) {
		if field.Type != reflect.TypeFor[Secret]() {
			continue
		}
		value := v.FieldByIndex(field.Index).String()
		found = append(found, spellings(value)...)
		if u, err := url.Parse(value); err == nil && u.Host != "" {
			password, _ := u.User.Password()
			found = append(found, password, u.RawQuery, u.RequestURI())
			for _, part := range append(strings.Split(u.Path, "/"), strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' || r == '=' })...) {
				if len(part) >= 8 { // "services", "hooks", "api" and the like are short or harmless
					found = append(found, part)
				}
			}
		}
	}
	return byLength(found)
}

func spellings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret)),
	}
}

func byLength(secrets []string) []string {
	kept := slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return len(s) < 4 })
	slices.SortFunc(kept, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(kept)
}
