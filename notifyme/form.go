package notifyme

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Field is one field of a channel's form.
type Field struct {
	Name     string   `json:"name"` // snake_case, the key in Settings
	Type     string   `json:"type"` // text, secret, url, number, bool, duration, list or choice
	Secret   bool     `json:"secret"`
	Required bool     `json:"required"`
	Default  string   `json:"default,omitempty"`
	Choices  []string `json:"choices,omitempty"`
	Help     string   `json:"help"`
}

// Settings are the values of a form by the names of its fields: strings, booleans, numbers and lists of strings, as
// TOML and JSON have them. A duration is a string such as 15s. A string stands for a number or a boolean as well, and
// for a list with one entry a line, as web forms send them.
type Settings map[string]any

// Fields reads the form from the struct behind channel. A field of the form has the tags
//
//	form:"name,required,url"  required and url as they apply
//	default:"…"  choices:"a,b"  help:"…"
//
// and the type string, Secret, int, bool, time.Duration or []string. Embedded structs belong to the form.
func Fields(channel any) []Field {
	var fields []Field
	for _, f := range formOf(channel) {
		fields = append(fields, f.Field)
	}
	return fields
}

type formField struct {
	Field
	value reflect.Value
	isURL bool // a secret may be one too
}

func formOf(channel any) []formField {
	v := reflect.Indirect(reflect.ValueOf(channel))
	var fields []formField
	for _, sf := range reflect.VisibleFields(v.Type()) {
		tag, ok := sf.Tag.Lookup("form")
		if !ok {
			continue
		}
		parts := strings.Split(tag, ",")
		f := formField{value: v.FieldByIndex(sf.Index), isURL: slices.Contains(parts[1:], "url"), Field: Field{
			Name: parts[0], Required: slices.Contains(parts[1:], "required"), Secret: sf.Type == reflect.TypeFor[Secret](),
			Default: sf.Tag.Get("default"), Help: sf.Tag.Get("help"),
		}}
		choices := sf.Tag.Get("choices")
		switch {
		case f.Secret:
			f.Type = "secret"
		case choices != "":
			f.Type, f.Choices = "choice", strings.Split(choices, ",")
		case f.isURL:
			f.Type = "url"
		case sf.Type == reflect.TypeFor[time.Duration]():
			f.Type = "duration"
		case sf.Type.Kind() == reflect.Int:
			f.Type = "number"
		case sf.Type.Kind() == reflect.Bool:
			f.Type = "bool"
		case sf.Type.Kind() == reflect.Slice:
			f.Type = "list"
		default:
			f.Type = "text"
		}
		fields = append(fields, f)
	}
	return fields
}

// Decode puts settings into the struct behind channel, a pointer. It names every field that is unknown, missing or not
// to be read, and no value, for it may be a secret.
func Decode(channel any, settings Settings) error {
	var problems []error
	left := map[string]bool{}
	for name := range settings {
		left[name] = true
	}
	for _, f := range formOf(channel) {
		value, ok := settings[f.Name]
		delete(left, f.Name)
		if !ok {
			continue
		}
		if err := f.set(value); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", f.Name, err))
		}
	}
	for _, name := range sortedKeys(left) {
		problems = append(problems, fmt.Errorf("%s: there is no such field", name))
	}
	return errors.Join(append(problems, Complete(channel))...)
}

// Complete fills the fields of the struct behind channel, a pointer, that are empty and have a default, and says which
// ones are missing or wrong. A channel calls it in Notify, so that one made by hand is as sound as one from a form.
func Complete(channel any) error {
	var problems []error
	for _, f := range formOf(channel) {
		if f.value.IsZero() && f.Default != "" {
			if err := f.set(f.Default); err != nil {
				problems = append(problems, fmt.Errorf("%s: default: %w", f.Name, err))
			}
		}
		if f.value.IsZero() {
			if f.Required {
				problems = append(problems, fmt.Errorf("%s: it is required", f.Name))
			}
			continue
		}
		if err := f.check(); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", f.Name, err))
		}
	}
	return errors.Join(problems...)
}

func (f formField) check() error {
	if f.isURL {
		u, err := url.Parse(f.value.String())
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return errors.New("it is no http or https address")
		}
		if !f.Secret && (u.User != nil || u.RawQuery != "") {
			return errors.New("it holds a user, password or query; secrets have fields of their own")
		}
	}
	switch f.Type {
	case "choice":
		if !slices.Contains(f.Choices, f.value.String()) {
			return fmt.Errorf("it is none of %s", strings.Join(f.Choices, ", "))
		}
	case "number", "duration":
		if f.value.Int() < 0 {
			return errors.New("it is negative")
		}
	case "text", "secret":
		if strings.ContainsAny(f.value.String(), "\r\n\x00") {
			return errors.New("it holds a line break")
		}
	}
	return nil
}

func (f formField) set(value any) error {
	var err error
	switch f.Type {
	case "number":
		var n int64
		switch v := value.(type) {
		case int64:
			n = v
		case int:
			n = int64(v)
		case float64: // of JSON
			if n = int64(v); float64(n) != v {
				err = errors.New("it is no whole number")
			}
		case string:
			n, err = strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		default:
			err = errors.New("it is no number")
		}
		if err != nil {
			return errors.New("it is no whole number")
		}
		f.value.SetInt(n)
	case "bool":
		switch v := value.(type) {
		case bool:
			f.value.SetBool(v)
		case string:
			on, err := strconv.ParseBool(v)
			if err != nil {
				return errors.New("it is neither true nor false")
			}
			f.value.SetBool(on)
		default:
			return errors.New("it is neither true nor false")
		}
	case "duration":
		text, _ := value.(string)
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("it is no duration such as 15s")
		}
		f.value.SetInt(int64(d))
	case "list":
		list, err := listOf(value)
		if err != nil {
			return err
		}
		f.value.Set(reflect.ValueOf(list))
	default:
		text, ok := value.(string)
		if !ok {
			return errors.New("it is no text")
		}
		f.value.SetString(text)
	}
	return nil
}

func listOf(value any) ([]string, error) {
	switch v := value.(type) {
	case []string:
		return slices.Clone(v), nil
	case string:
		var list []string
		for line := range strings.Lines(v) {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
		return list, nil
	case []any:
		var list []string
		for _, entry := range v {
			text, ok := entry.(string)
			if !ok {
				return nil, errors.New("an entry of the list is no text")
			}
			list = append(list, text)
		}
		return list, nil
	}
	return nil, errors.New("it is no list of texts")
}

func sortedKeys(m map[string]bool) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Ready completes the struct behind channel and checks m. What it finds is permanent.
func Ready(kind string, channel any, m Message) error {
	if err := Complete(channel); err != nil {
		return Fail(kind, Permanent, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if err := m.Check(); err != nil {
		return Fail(kind, Permanent, err.Error())
	}
	return nil
}
