package field_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/socme-project/socme/internal/source/field"
)

func object(t *testing.T, line string) field.Value {
	t.Helper()
	v, err := field.Line([]byte(line))
	if err != nil {
		t.Fatalf("Line(%s): %v", line, err)
	}
	return v
}

func TestLineTakesObjectsOnly(t *testing.T) {
	tests := []struct {
		name, line string
		ok         bool
	}{
		{"an empty object", `{}`, true},
		{"space around it, and a carriage return", " {\"a\" : [ 1 , 2 ] }\r", true},
		{"a byte order mark before it", "\xef\xbb\xbf{\"a\":1}", true},
		{"bytes that are no UTF-8", "{\"a\":\"\xff\"}", true},
		{"every kind of value", `{"a":-0.5e+3,"b":true,"c":false,"d":null,"e":[],"f":{},"g":"\u00e9\n"}`, true},
		{"nothing", ``, false},
		{"an array", `[1]`, false},
		{"text", `Nov 24 host suricata: started`, false},
		{"a line that breaks off", `{"a":"b`, false},
		{"two objects", `{}{}`, false},
		{"a comma too many", `{"a":1,}`, false},
		{"a number with a zero before", `{"a":01}`, false},
		{"a control character in text", "{\"a\":\"\x01\"}", false},
		{"an escape that is none", `{"a":"\x"}`, false},
		{"too deep", `{"a":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := field.Line([]byte(tt.line)); (err == nil) != tt.ok {
				t.Errorf("Line = %v, want ok %v", err, tt.ok)
			}
		})
	}
}

func TestTextSurvivesWhateverTypeItHas(t *testing.T) {
	tests := []struct{ name, value, text, joined string }{
		{"a string", `"x"`, "x", "x"},
		{"an escape", `"\u0061\n\""`, "a\n\"", "a\n\""},
		{"a number keeps its letters", `123456789012345678901234567890`, "123456789012345678901234567890", "123456789012345678901234567890"},
		{"a boolean", `true`, "true", "true"},
		{"null", `null`, "", ""},
		{"an object", `{"a":1}`, "", ""},
		{"an array", `["","a",{"x":1},2]`, "a", "a, 2"},
		{"NUL, which not every database takes", `"a\u0000b"`, "a\uFFFDb", "a\uFFFDb"},
		{"half a surrogate pair", `"\ud800"`, "\uFFFD", "\uFFFD"},
		{"bytes that are no UTF-8", "\"a\xffb\"", "a\uFFFDb", "a\uFFFDb"},
		{"a bracket and a quote within text", `"}]\"{"`, `}]"{`, `}]"{`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := object(t, `{"k":`+tt.value+`,"z":1}`).Get("k")
			if v.Text() != tt.text || v.Joined() != tt.joined {
				t.Errorf("Text = %q, Joined = %q; want %q, %q", v.Text(), v.Joined(), tt.text, tt.joined)
			}
		})
	}
}

func TestTextIsBounded(t *testing.T) {
	long := strings.Repeat("é", 5000)
	for _, line := range []string{`{"k":"` + long + `"}`, `{"k":["` + long + `","` + long + `"]}`} {
		v := object(t, line).Get("k")
		for _, got := range []string{v.Text(), v.Joined()} {
			if len(got) > field.MaxText || len(got) < field.MaxText-4 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
				t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-4:])
			}
		}
	}
}

func TestNumbersAreReadFromTextToo(t *testing.T) {
	tests := []struct {
		value string
		want  int64
		ok    bool
		port  uint16
	}{
		{`443`, 443, true, 443},
		{`"443"`, 443, true, 443},
		{`" 443 "`, 443, true, 443},
		{`443.0`, 443, true, 443},
		{`["53","x"]`, 53, true, 53},
		{`65536`, 65536, true, 0},
		{`-1`, -1, true, 0},
		{`18446744073709551616`, 1<<63 - 1, true, 0},
		{`-1e400`, -1 << 63, true, 0},
		{`"http"`, 0, false, 0},
		{`null`, 0, false, 0},
		{`{}`, 0, false, 0},
		{`"NaN"`, 0, false, 0},
	}
	for _, tt := range tests {
		v := object(t, `{"k":`+tt.value+`}`).Get("k")
		if got, ok := v.Int(); got != tt.want || ok != tt.ok {
			t.Errorf("Int of %s = %d, %v; want %d, %v", tt.value, got, ok, tt.want, tt.ok)
		}
		if got := v.Port(); got != tt.port {
			t.Errorf("Port of %s = %d, want %d", tt.value, got, tt.port)
		}
	}
}

func TestOneHostHasOneAddress(t *testing.T) {
	tests := map[string]netip.Addr{
		`"192.0.2.1"`:        netip.MustParseAddr("192.0.2.1"),
		`"::ffff:192.0.2.1"`: netip.MustParseAddr("192.0.2.1"),
		`"fe80::1%eth0"`:     netip.MustParseAddr("fe80::1"),
		`["2001:db8::1"]`:    netip.MustParseAddr("2001:db8::1"),
		`"host.example"`:     {},
		`5`:                  {},
		`null`:               {},
	}
	for value, want := range tests {
		if got := object(t, `{"k":`+value+`}`).Get("k").Address(); got != want {
			t.Errorf("Address of %s = %v, want %v", value, got, want)
		}
	}
}

func TestTimeIsUTCOrZero(t *testing.T) {
	tests := map[string]time.Time{
		"2026-02-16T18:48:45.783993+0000": time.Date(2026, 2, 16, 18, 48, 45, 783993000, time.UTC),
		"2026-02-16T18:48:45.783-0530":    time.Date(2026, 2, 17, 0, 18, 45, 783000000, time.UTC),
		"2026-02-16T18:48:45Z":            time.Date(2026, 2, 16, 18, 48, 45, 0, time.UTC),
		"2026-02-16T18:48:45.5+02:00":     time.Date(2026, 2, 16, 16, 48, 45, 500000000, time.UTC),
		"9999-12-31T23:59:59-1200":        {},
		"0000-01-01T00:00:00+0000":        {},
		"yesterday":                       {},
		"":                                {},
	}
	for text, want := range tests {
		got := object(t, `{"k":"`+text+`"}`).Get("k").Time()
		if !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("Time of %q = %v, want %v", text, got, want)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("Time of %q: %v", text, err)
		}
	}
}

func TestGetTakesTheLastOfTwo(t *testing.T) {
	v := object(t, `{"a":{"b":1},"\u0061":{"b":2,"b":3},"c":4}`)
	if got := v.Get("a", "b").Text(); got != "3" {
		t.Errorf("a.b = %q, want 3", got)
	}
	if got := v.Get("a", "b", "c"); got != "" {
		t.Errorf("a.b.c = %q, want none", got)
	}
}

func TestTechniquesArePairedOnlyWhereTheyFit(t *testing.T) {
	got := field.Techniques([]string{"T1", "T2"}, []string{"One"})
	if len(got) != 2 || got[0].Name != "" || got[1].ID != "T2" {
		t.Errorf("two ids and one name: %+v", got)
	}
	if got = field.Techniques([]string{"T1"}, []string{"One"}); got[0].Name != "One" {
		t.Errorf("one of each: %+v", got)
	}
	if got = field.Techniques(nil, []string{"One"}); len(got) != 1 || got[0].Name != "One" {
		t.Errorf("a name alone: %+v", got)
	}
}

// FuzzLine holds Line to encoding/json: the same lines are objects, and the same
// text stands in them.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":1}`, `{"a":[1,2,{"b":"c\u0041\ud83d\ude00"}],"a":null}`, ` {"x" : -1.5e-7 , "y":"\\\"" } `, `[`, `{"a":"`, `{"a":tru}`, `{"a":01}`,
		`{"k":"` + strings.Repeat("0123456", 9) + `\\"}`, "{\"a\":\"\xff\xfe\"}", "{\"a\":\"\x1f\"}", `{"\ud800":"x","\u00e9":{"":{}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		v, err := field.Line(line)
		text := strings.TrimPrefix(string(line), "\xef\xbb\xbf")
		var want map[string]any
		ok := json.Valid([]byte(text)) && json.Unmarshal([]byte(text), &want) == nil && want != nil ||
			json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimSpace(text), "{") // a number beyond float64 is no fault of the line
		if (err == nil) != ok {
			t.Fatalf("Line = %v, encoding/json: object %v", err, ok)
		}
		if err != nil || want == nil {
			return
		}
		keys := 0
		for key, value := range v.Members() {
			keys++
			_ = value.Joined()
			for range value.Items() {
				_, _ = value.Int()
			}
			if value.Address().IsValid() && value.Text() == "" {
				t.Errorf("an address out of nothing in %s", value)
			}
			if _, there := want[key]; !there && !strings.Contains(key, "\uFFFD") {
				t.Errorf("key %q is not in encoding/json's map", key)
			}
		}
		if keys < len(want) {
			t.Errorf("%d keys, encoding/json has %d", keys, len(want))
		}
		for key, value := range want {
			if text, is := value.(string); is && !strings.Contains(key, "\uFFFD") {
				text = strings.ReplaceAll(text, "\x00", "\uFFFD")
				if got := v.Get(key).Text(); got != field.Clip(text, field.MaxText) && !strings.Contains(key, "\x00") {
					t.Errorf("text of %q = %q, want %q", key, got, text)
				}
			}
		}
	})
}
