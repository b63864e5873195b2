package wazuh

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// Query narrows a list. The zero value takes all.
type Query struct {
	// Q is Wazuh's query: FIELD OP VALUE with = != < > ~, and by semicolon, or by
	// comma, groups in parentheses: (name~web;status!=active),id=001. It needs no
	// escaping here.
	Q string `url:"q"`
	// Search is a text that any field holds; with a - before it, that none holds.
	Search string `url:"search"`
	// Select is the fields to return; others stay empty.
	Select []string `url:"select"`
	// Sort is +FIELD or -FIELD, several by comma; "" is by id where there is one.
	Sort string `url:"sort"`
	// Distinct leaves out items that are the same in the selected fields.
	Distinct bool `url:"distinct"`
	// PageSize is how many are asked for at a time: 1 to 100,000, 0 is 500. Wazuh
	// advises against more.
	PageSize int `url:"-"`
}

// values makes parameters of the fields that have a tag and are not zero. Lists are
// joined with commas.
func values(parameters any) url.Values {
	to := url.Values{}
	addValues(to, reflect.ValueOf(parameters))
	return to
}

func addValues(to url.Values, from reflect.Value) {
	for i := range from.NumField() {
		field, value := from.Type().Field(i), from.Field(i)
		if field.Anonymous {
			addValues(to, value)
			continue
		}
		name := field.Tag.Get("url")
		if name == "" || name == "-" || value.IsZero() {
			continue
		}
		to.Set(name, parameter(value))
	}
}

func parameter(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = parameter(v.Index(i))
		}
		return strings.Join(parts, ",")
	}
	panic(fmt.Sprintf("a parameter of type %s", v.Type())) // a mistake of this package, found by its tests
}

// lacking refuses parameters that an operation does not have; the server would, too.
func lacking(op string, query url.Values, names []string) error {
	for _, name := range names {
		if query.Has(name) {
			return fmt.Errorf("%s: this list cannot be narrowed by %s", op, name)
		}
	}
	return nil
}
