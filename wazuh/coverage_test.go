package wazuh_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/wazuh"
)

// row is one of the table in COVERAGE.md.
type row struct {
	op          string
	four, five  bool
	methods     []string
	whyNot      string
	insteadFive string
}

func coverage(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile("COVERAGE.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 5 || !regexp.MustCompile(`^ (GET|PUT|POST|DELETE) /`).MatchString(cells[0]) {
			continue
		}
		r := row{op: strings.TrimSpace(cells[0]), four: strings.Contains(cells[1], "yes"), five: strings.Contains(cells[2], "yes"), insteadFive: strings.TrimSpace(cells[4])}
		for _, name := range regexp.MustCompile("`([A-Za-z.]+)`").FindAllStringSubmatch(cells[3], -1) {
			r.methods = append(r.methods, name[1])
		}
		if len(r.methods) == 0 {
			r.whyNot = strings.TrimSpace(cells[3])
		}
		rows = append(rows, r)
	}
	if len(rows) < 180 {
		t.Fatalf("COVERAGE.md has %d rows", len(rows))
	}
	return rows
}

// wire notes requests and answers each with success and nothing in it.
type wire struct {
	version  string
	requests []*http.Request
	bodies   [][]byte
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	kind, body := "application/json", `{"data":{"affected_items":[],"total_affected_items":0,"failed_items":[],"total_failed_items":0},"error":0}`
	switch r.URL.Path {
	case "/security/user/authenticate", "/security/user/authenticate/run_as":
		if r.Method == http.MethodPost {
			kind, body = "text/plain", "a.b.c"
		}
	case "/":
		body = `{"data":{"api_version":"` + w.version + `"},"error":0}`
	}
	sent, _ := io.ReadAll(r.Body)
	w.requests, w.bodies = append(w.requests, r), append(w.bodies, sent)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// call calls a method by its name, with something for each parameter: many for a list,
// the zero value of the last ones that the server would refuse.
func call(t *testing.T, c *wazuh.Client, name string, many int) error {
	t.Helper()
	parts := strings.Split(name, ".")
	on := reflect.ValueOf(c)
	for _, part := range parts[:len(parts)-1] {
		if part == "Node" {
			on = reflect.ValueOf(c.Cluster.Node("worker1"))
			continue
		}
		on = on.Elem().FieldByName(part)
		if !on.IsValid() {
			t.Fatalf("%s: there is no %s", name, part)
		}
	}
	method := on.MethodByName(parts[len(parts)-1])
	if !method.IsValid() {
		t.Fatalf("there is no method %s", name)
	}
	var without []string
	for {
		err := invoke(method, many, without)
		match := regexp.MustCompile(`cannot be narrowed by (\w+)`).FindStringSubmatch(fmt.Sprint(err))
		if match == nil {
			return err
		}
		without = append(without, match[1])
	}
}

func invoke(method reflect.Value, many int, without []string) error {
	var in []reflect.Value
	for i := range method.Type().NumIn() {
		of := method.Type().In(i)
		if method.Type().IsVariadic() && i == method.Type().NumIn()-1 {
			for range many {
				in = append(in, sample(of.Elem(), without))
			}
			break
		}
		in = append(in, sample(of, without))
	}
	out := method.Call(in)
	last := out[len(out)-1]
	if last.Kind() == reflect.Func { // a list: read it
		var failed error
		yield := reflect.MakeFunc(last.Type().In(0), func(args []reflect.Value) []reflect.Value {
			failed, _ = reflect.TypeAssert[error](args[1])
			return []reflect.Value{reflect.ValueOf(failed == nil)}
		})
		last.Call([]reflect.Value{yield})
		return failed
	}
	err, _ := reflect.TypeAssert[error](last)
	return err
}

// sample makes a value with everything in it.
func sample(of reflect.Type, without []string) reflect.Value {
	v := reflect.New(of).Elem()
	switch of {
	case reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case reflect.TypeFor[json.RawMessage]():
		return reflect.ValueOf(json.RawMessage(`{"a":"b"}`))
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	}
	switch of.Kind() {
	case reflect.String:
		v.SetString("x1")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint('x')
	case reflect.Slice:
		v = reflect.Append(v, sample(of.Elem(), without))
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
		v.Elem().Set(sample(of.Elem(), without))
	case reflect.Struct:
		for i := range of.NumField() {
			tag := of.Field(i).Tag.Get("url")
			if skip := false; of.Field(i).IsExported() {
				for _, name := range without {
					skip = skip || name == tag
				}
				if !skip {
					v.Field(i).Set(sample(of.Field(i).Type, without))
				}
			}
		}
	}
	return v
}

func clientOf(t *testing.T, w *wire, runAs any) *wazuh.Client {
	t.Helper()
	c, err := wazuh.New(wazuh.Options{
		URL: "https://wazuh.example", Username: "u", Password: wazuh.PasswordText("p"), Transport: w,
		RunAs: runAs, Limiter: wazuh.NewLimiter(1_000_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fits compares a path with a template.
func fits(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}

// made calls a row's method and returns the request that it makes.
func made(t *testing.T, r row, name, version string) (*http.Request, []byte, error) {
	t.Helper()
	w := &wire{version: version}
	var runAs any
	if strings.HasSuffix(r.op, "/run_as") && strings.Contains(r.op, "authenticate") {
		runAs = map[string]string{"user": "x"}
	}
	many := 1
	if r.op == "PUT /agents/restart" || r.op == "PUT /agents/reload" {
		many = 2
	}
	err := call(t, clientOf(t, w, runAs), name, many)
	verb, path, _ := strings.Cut(r.op, " ")
	for i, request := range w.requests {
		if request.Method == verb && fits(path, request.URL.EscapedPath()) {
			return request, w.bodies[i], err
		}
	}
	return nil, nil, err
}

func TestEachMethodMakesTheOperationOfItsRow(t *testing.T) {
	covered := 0
	for _, r := range coverage(t) {
		if len(r.methods) == 0 {
			if !strings.HasPrefix(r.whyNot, "no: ") {
				t.Errorf("%s: neither a method nor a reason", r.op)
			}
			continue
		}
		covered++
		version := "4.14.7"
		if !r.four {
			version = "5.0.0"
		}
		for _, name := range r.methods {
			request, _, err := made(t, r, name, version)
			if request == nil {
				t.Errorf("%s: %s makes no such request: %v", r.op, name, err)
			}
		}
	}
	t.Logf("%d operations covered", covered)
}

func TestACallThatTheVersionLacksIsRefusedUnasked(t *testing.T) {
	for _, r := range coverage(t) {
		if r.four && r.five || len(r.methods) == 0 {
			continue
		}
		version := "5.0.0"
		if !r.four {
			version = "4.14.7"
		}
		_, path, _ := strings.Cut(r.op, " ")
		request, _, err := made(t, r, r.methods[0], version)
		if request != nil {
			t.Errorf("%s was asked of Wazuh %s", r.op, version)
		}
		// Below /manager, another operation may do it in 5.0.
		if !errors.Is(err, wazuh.ErrUnsupported) && !strings.HasPrefix(path, "/manager/") {
			t.Errorf("%s on %s: %v, want ErrUnsupported", r.op, version, err)
		}
	}
}
