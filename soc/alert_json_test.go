package soc_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

// full is an alert in which every field stands.
func full() soc.Alert {
	skew := int64(-2500)
	return soc.Alert{
		ID: soc.AlertID{1, 2, 3}, Severity: soc.SeverityHigh,
		Rule:     soc.Rule{Engine: soc.EngineWazuh, ID: "5710", Name: `sshd: "root" <&> \ é`},
		Category: "Web attack", Action: "blocked",
		Source:      soc.Endpoint{Address: netip.MustParseAddr("192.0.2.7"), Port: 51234, Host: "pc-7", User: `ACME\alice`},
		Destination: soc.Endpoint{Address: netip.MustParseAddr("2001:db8::1"), Port: 22, Host: "gate", User: "root"},
		Protocol:    "TCP", Application: "ssh",
		Agent: &soc.Agent{ID: "007", Name: "gate", Address: "192.0.2.9"},
		MITRE: &soc.MITRE{Tactics: []string{"Credential Access", "Impact"}, Techniques: []soc.Technique{{ID: "T1110", Name: "Brute Force"}, {ID: "T1499"}}},
		Tags:  []string{"sshd", "authentication_failed"},
		File:  &soc.File{Path: "/etc/passwd", SHA256: "aa", SHA1: "bb", MD5: "cc"},
		Process: &soc.Process{
			Path: "/usr/sbin/sshd", ID: "411", Command: "sshd -D", Parent: "/sbin/init", ParentCommand: "init",
		},
		Details:     []soc.Detail{{Name: "payload", Value: "GET /\r\n\x00\x7f\u2028 \xff"}, {Name: "", Value: ""}},
		CommunityID: "1:abc=", Via: soc.EngineWazuh, EventKey: soc.EventKey{9},
		Place:     &soc.Place{Path: "/var/log/eve.json", Offset: 1 << 40},
		EventTime: time.Date(2026, 3, 2, 8, 0, 0, 123456000, time.UTC),
		SeenTime:  time.Date(2026, 3, 2, 8, 0, 1, 0, time.UTC),
		SkewMS:    &skew,
		Raw:       []byte("{}"),
	}
}

func TestAppendJSONIsWhatMarshalWrites(t *testing.T) {
	everything := full()
	everyField(t, reflect.ValueOf(everything), "Alert")
	zero := int64(0)
	for name, a := range map[string]soc.Alert{
		"everything": everything,
		"nothing":    {},
		"empty parts": {
			Agent: &soc.Agent{}, MITRE: &soc.MITRE{}, File: &soc.File{}, Process: &soc.Process{}, Place: &soc.Place{},
			Tags: []string{}, Details: []soc.Detail{}, SkewMS: &zero,
		},
		"a zone": {Source: soc.Endpoint{Address: netip.MustParseAddr(`fe80::1%e"n`)}},
	} {
		want, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.AppendJSON([]byte("before")); string(got) != "before"+string(want) {
			t.Errorf("%s:\n got %s\nwant before%s", name, got, want)
		}
	}
}

// everyField fails where a field is empty: a new one must be told to full, so that it is
// compared.
func everyField(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s is empty in full: AppendJSON is not compared on it", path)
		return
	}
	switch v.Kind() { //nolint:exhaustive // the others have no parts
	case reflect.Pointer:
		everyField(t, v.Elem(), path)
	case reflect.Slice:
		everyField(t, v.Index(0), path+"[0]")
	case reflect.Struct:
		if v.Type().PkgPath() != reflect.TypeFor[soc.Alert]().PkgPath() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				everyField(t, v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
}

func FuzzAppendJSON(f *testing.F) {
	f.Add("plain")
	f.Add("<é\u2028\x00\xff\"")
	f.Fuzz(func(t *testing.T, text string) {
		a := soc.Alert{Category: text, Tags: []string{text, text}, Details: []soc.Detail{{Name: text, Value: text}}}
		want, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.AppendJSON(nil); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func BenchmarkAppendJSON(b *testing.B) {
	a := full()
	var room []byte
	for b.Loop() {
		room = a.AppendJSON(room[:0])
	}
}
