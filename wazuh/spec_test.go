package wazuh_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// operation is what a specification says of one.
type operation struct {
	parameters []parameter
	content    string // media types of the body
}

type parameter struct {
	name, in string
	required bool
}

// readSpec reads what these tests need of a specification: it stands in lines of YAML
// whose indentation tells all.
func readSpec(t *testing.T, name string) map[string]operation {
	t.Helper()
	folder := os.Getenv("SOCME_CORPUS")
	if folder == "" {
		t.Skip("SOCME_CORPUS names no folder of recordings")
	}
	text, err := os.ReadFile(filepath.Join(folder, "wazuh", name))
	if err != nil {
		t.Fatal(err)
	}
	all, shared, refs := map[string]operation{}, map[string]parameter{}, map[string][]string{}
	var at [7]string // the key at each level of indentation
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimSpace(line)
		level := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		key, value, isKey := strings.Cut(trimmed, ":")
		value = strings.Trim(value, ` '"`)
		if level >= len(at) {
			continue
		}
		if isKey && !strings.HasPrefix(trimmed, "-") {
			at[level] = key
		}
		op := strings.ToUpper(at[2]) + " " + at[1]
		switch {
		case at[0] == "components" && at[1] == "parameters" && level == 3:
			p := shared[at[2]]
			switch key {
			case "name":
				p.name = value
			case "in":
				p.in = value
			case "required":
				p.required = value == "true"
			}
			shared[at[2]] = p
		case at[0] != "paths":
		case level == 2 && slices.Contains([]string{"get", "put", "post", "delete"}, key):
			all[op] = operation{}
		case level == 4 && at[3] == "parameters" && strings.HasPrefix(trimmed, "- $ref"):
			ref := strings.Trim(trimmed, "'\"")
			refs[op] = append(refs[op], ref[strings.LastIndex(ref, "/")+1:])
		case level == 5 && at[3] == "requestBody" && at[4] == "content":
			o := all[op]
			o.content += key + " "
			all[op] = o
		}
	}
	for op, names := range refs {
		o := all[op]
		for _, name := range names {
			o.parameters = append(o.parameters, shared[name])
		}
		all[op] = o
	}
	if len(all) < 100 {
		t.Fatalf("%s: %d operations were read", name, len(all))
	}
	return all
}

func TestTheTableIsThatOfTheSpecifications(t *testing.T) {
	four := readSpec(t, "spec-4.14.yaml")
	five := readSpec(t, "spec-5.0.0-beta4.yaml")
	seen := map[string]bool{}
	for _, r := range coverage(t) {
		seen[r.op] = true
		_, in4 := four[r.op]
		_, in5 := five[r.op]
		if r.four != in4 || r.five != in5 {
			t.Errorf("%s: 4.14 %v, 5.0 %v; the specifications say %v, %v", r.op, r.four, r.five, in4, in5)
		}
	}
	for op := range four {
		if !seen[op] {
			t.Errorf("%s of 4.14 is missing", op)
		}
	}
	for op := range five {
		if !seen[op] {
			t.Errorf("%s of 5.0 is missing", op)
		}
	}
}

func TestRequestsKeepToTheSpecification(t *testing.T) {
	four := readSpec(t, "spec-4.14.yaml")
	five := readSpec(t, "spec-5.0.0-beta4.yaml")
	for _, r := range coverage(t) {
		for _, name := range r.methods {
			version := "4.14.7"
			if !r.four {
				version = "5.0.0"
			}
			request, body, _ := made(t, r, name, version)
			if request == nil {
				continue // another test tells
			}
			known, required := map[string]bool{}, map[string]bool{}
			for _, p := range append(four[r.op].parameters, five[r.op].parameters...) {
				if p.in == "query" {
					known[p.name] = true
					required[p.name] = required[p.name] || p.required
				}
			}
			for parameter := range request.URL.Query() {
				if !known[parameter] {
					t.Errorf("%s: %s sends %s, which it does not have", r.op, name, parameter)
				}
			}
			for parameter, must := range required {
				if must && !request.URL.Query().Has(parameter) {
					t.Errorf("%s: %s sends no %s, which it requires", r.op, name, parameter)
				}
			}
			content := four[r.op].content + five[r.op].content
			kind := request.Header.Get("Content-Type")
			if content == "" && len(body) > 0 || content != "" && (kind == "" || !strings.Contains(content, kind)) {
				t.Errorf("%s: %s sends %d bytes of %q", r.op, name, len(body), kind)
			}
		}
	}
}
