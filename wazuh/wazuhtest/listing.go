package wazuhtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// failure is why some of what was asked for failed.
type failure struct {
	code    int
	message string
	ids     []string
}

func notThere(ids ...string) failure { return failure{1701, "Agent does not exist", ids} }

// send wraps a list as Wazuh does: error 0 if all succeeded, 1 if all failed, 2 else.
func send[T any](w http.ResponseWriter, list []T, total int, message string, failures ...failure) {
	var failed []any
	number := 0
	for _, f := range failures {
		if len(f.ids) == 0 {
			continue
		}
		number += len(f.ids)
		failed = append(failed, map[string]any{
			"error": map[string]any{"code": f.code, "message": f.message, "remediation": "Please, try something else"},
			"id":    f.ids,
		})
	}
	code := 0
	switch {
	case number > 0 && len(list) == 0:
		code = 1
	case number > 0:
		code = 2
	}
	if list == nil {
		list = []T{}
	}
	if failed == nil {
		failed = []any{}
	}
	answer(w, map[string]any{
		"data": map[string]any{
			"affected_items": list, "total_affected_items": total,
			"failed_items": failed, "total_failed_items": number,
		},
		"message": message, "error": code,
	})
}

// ok sends a list that is whole.
func ok[T any](w http.ResponseWriter, list ...T) { send(w, list, len(list), "All done") }

// sendPage narrows, sorts and cuts a list as the parameters say.
func sendPage(w http.ResponseWriter, r *http.Request, list []map[string]any, failures ...failure) {
	q := r.URL.Query()
	offset, limit, bad := bounds(q)
	if bad != "" {
		badRequest(w, 0, bad)
		return
	}
	if query := q.Get("q"); query != "" {
		fits, err := parse(query)
		if err != nil {
			badRequest(w, 1407, "Query does not match expected format: "+query)
			return
		}
		list = filter(list, fits)
	}
	if text := q.Get("search"); text != "" {
		text, not := strings.CutPrefix(text, "-")
		list = filter(list, func(item map[string]any) bool { return holds(item, text) != not })
	}
	order(list, q.Get("sort"))
	total := len(list)
	list = list[min(offset, total):min(offset+limit, total)]
	if fields := q.Get("select"); fields != "" {
		list = selected(list, strings.Split(fields, ","))
	}
	send(w, list, total, "All selected items were returned", failures...)
}

func bounds(q url.Values) (offset, limit int, bad string) {
	limit = 500
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100_000 {
			return 0, 0, text + " is not a limit from 1 to 100000"
		}
		limit = n
	}
	if text := q.Get("offset"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return 0, 0, text + " is less than the minimum of 0"
		}
		offset = n
	}
	return offset, limit, ""
}

func filter(list []map[string]any, fits func(map[string]any) bool) []map[string]any {
	var kept []map[string]any
	for _, item := range list {
		if fits(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

func holds(item map[string]any, text string) bool {
	for _, v := range item {
		if strings.Contains(fmt.Sprint(v), text) {
			return true
		}
	}
	return false
}

// parse reads FIELD OP VALUE, joined by semicolons (and) and commas (or).
func parse(query string) (func(map[string]any) bool, error) {
	var ors []func(map[string]any) bool
	for part := range strings.SplitSeq(query, ",") {
		var ands []func(map[string]any) bool
		for term := range strings.SplitSeq(part, ";") {
			i := strings.IndexAny(term, "=!<>~")
			if i < 1 {
				return nil, fmt.Errorf("no operator in %q", term)
			}
			field, op, value := term[:i], term[i:i+1], term[i+1:]
			if op == "!" {
				value = strings.TrimPrefix(value, "=")
			}
			ands = append(ands, func(item map[string]any) bool { return compare(get(item, field), op, value) })
		}
		ors = append(ors, func(item map[string]any) bool {
			return !slices.ContainsFunc(ands, func(f func(map[string]any) bool) bool { return !f(item) })
		})
	}
	return func(item map[string]any) bool {
		return slices.ContainsFunc(ors, func(f func(map[string]any) bool) bool { return f(item) })
	}, nil
}

func compare(got, op, want string) bool {
	switch op {
	case "=":
		return got == want
	case "!":
		return got != want
	case "~":
		return strings.Contains(got, want)
	case "<":
		return got < want
	}
	return got > want
}

// get finds a field, nested with dots.
func get(item map[string]any, field string) string {
	if head, rest, ok := strings.Cut(field, "."); ok {
		inner, _ := item[head].(map[string]any)
		return get(inner, rest)
	}
	switch v := item[field].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func order(list []map[string]any, by string) {
	if by == "" {
		return
	}
	field, down := strings.TrimLeft(by, "+- "), strings.HasPrefix(by, "-")
	type keyed struct {
		text   string
		number int
		item   map[string]any
	}
	all := make([]keyed, len(list))
	for i, item := range list {
		text := get(item, field)
		number, err := strconv.Atoi(text)
		if err != nil {
			number = -1
		}
		all[i] = keyed{text, number, item}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		c := cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
		if down {
			return -c
		}
		return c
	})
	for i := range all {
		list[i] = all[i].item
	}
}

func selected(list []map[string]any, fields []string) []map[string]any {
	kept := make([]map[string]any, len(list))
	for i, item := range list {
		kept[i] = map[string]any{}
		for _, field := range append(fields, "id") {
			if v, ok := item[field]; ok {
				kept[i][field] = v
				continue
			}
			outer, inner, nested := strings.Cut(field, ".") // os.name is the name in os
			object, _ := item[outer].(map[string]any)
			if v, ok := object[inner]; nested && ok {
				to, _ := kept[i][outer].(map[string]any)
				if to == nil {
					to = map[string]any{}
					kept[i][outer] = to
				}
				to[inner] = v
			}
		}
	}
	return kept
}

// body reads JSON and refuses fields that are not known, and missing ones.
func body(w http.ResponseWriter, r *http.Request, known, required []string) (map[string]any, bool) {
	if kind := r.Header.Get("Content-Type"); kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, problem{Title: "Unsupported Media Type", Detail: "Invalid Content-type (" + kind + "), expected ['application/json']"})
		return nil, false
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(r.Body); err != nil {
		badRequest(w, 0, "Body could not be read")
		return nil, false
	}
	var fields map[string]any
	if json.Unmarshal(text.Bytes(), &fields) != nil {
		badRequest(w, 1018, "Body request is not a valid JSON")
		return nil, false
	}
	for name := range fields {
		if !slices.Contains(known, name) {
			badRequest(w, 0, "Invalid field found {'"+name+"'}")
			return nil, false
		}
	}
	for _, name := range required {
		if _, ok := fields[name]; !ok {
			badRequest(w, 0, "'"+name+"' is a required property")
			return nil, false
		}
	}
	return fields, true
}
