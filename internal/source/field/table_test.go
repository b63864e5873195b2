package field_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

var table = field.NewTable([]field.Entry{
	{Path: "src", Into: field.SourceAddress},
	{Path: "from", Name: "other source", Into: field.SourceAddress},
	{Path: "port", Into: field.SourcePort},
	{Path: "proto", Name: "protocol", Into: field.Protocol},
	{Path: "web.url", Name: "url"},
	{Path: "web.host", Name: "host"},
	{Path: "files.name", Name: "file", Into: field.FilePath},
	{Path: "files.md5", Name: "md5", Into: field.FileMD5},
	{Path: "hashes", Into: field.Hashes},
	{Path: "exe", Name: "program", Into: field.ProcessPath},
	{Path: "argv", Name: "arguments", Into: field.ProcessArguments},
	{Path: "win.path", Name: "path"},
	{Path: "noise", Into: field.Nowhere},
}).Doubled("win.")

// said is what a table takes out of an object, as text.
func said(t *testing.T, line string) string {
	t.Helper()
	var a soc.Alert
	var d field.Details
	table.Fill(&a, &d, object(t, line), nil)
	var all []string
	if a.Source != (soc.Endpoint{}) {
		all = append(all, fmt.Sprintf("source %v:%d %s", a.Source.Address, a.Source.Port, a.Source.Host))
	}
	if a.Protocol != "" {
		all = append(all, "protocol "+a.Protocol+" "+a.Application)
	}
	if a.File != nil {
		all = append(all, fmt.Sprintf("file %+v", *a.File))
	}
	if a.Process != nil {
		all = append(all, fmt.Sprintf("process %+v", *a.Process))
	}
	for _, detail := range d.List {
		all = append(all, detail.Name+"="+detail.Value)
	}
	return strings.Join(all, "; ")
}

func TestATableFillsAnAlert(t *testing.T) {
	const md5 = "0123456789abcdef0123456789abcdef"
	tests := []struct{ name, line, want string }{
		{"a place of its own leaves the details", `{"src":"192.0.2.1"}`, "source 192.0.2.1:0 "},
		{"the table's order, not the line's", `{"from":"192.0.2.2","src":"192.0.2.1"}`, "source 192.0.2.1:0 ; other source=192.0.2.2"},
		{"the same twice stands once", `{"from":"192.0.2.1","src":"192.0.2.1"}`, "source 192.0.2.1:0 "},
		{"the second, where the first does not fit", `{"src":"-","from":"192.0.2.2"}`, "source 192.0.2.2:0 "},
		{"a host's name for an address", `{"src":"ws-1.example"}`, "source invalid IP:0 ws-1.example"},
		{"what fits nowhere is a detail", `{"src":"who knows"}`, "src=who knows"},
		{"an array's other values are not lost", `{"src":["192.0.2.1","192.0.2.2"]}`, "source 192.0.2.1:0 ; src=192.0.2.1, 192.0.2.2"},
		{"no port", `{"port":0}`, ""},
		{"a port that is none", `{"port":"http"}`, "port=http"},
		{"details in the table's order", `{"web":{"host":"h","url":"/u"}}`, "url=/u; host=h"},
		{"what no table knows is called by its path, behind", `{"a":{"b":1},"web":{"url":"/u"},"c":[1,"two"]}`, "url=/u; a.b=1; c=1, two"},
		{"objects in an array", `{"a":[{"b":1},{"b":2},3,["x","y"]]}`, "a.b=1; a.b=2; a=3; a=x, y"},
		{"what is nowhere is left out with all below", `{"noise":{"src":"192.0.2.1"}}`, ""},
		{"words for none", `{"a":"","b":"-","c":null,"d":"null","e":"(null)","f":[],"g":{}}`, ""},
		{"Wazuh's way to write whole numbers", `{"a":"1122334455667788.000000","b":"1.500000","c":"x.000000"}`, "a=1122334455667788; b=1.500000; c=x.000000"},
		{"a file's hash is not the next one's", `{"files":[{"name":"a"},{"name":"b","md5":"` + md5 + `"}]}`, "file {Path:a SHA256: SHA1: MD5:}; file=b; md5=" + md5},
		{"a file that is not the first object", `{"files":[{"x":1},{"name":"b","md5":"` + md5 + `"}]}`, "file {Path:b SHA256: SHA1: MD5:" + md5 + "}; files.x=1"},
		{"a hash that is none", `{"files":{"md5":"abc"}}`, "md5=abc"},
		{"Sysmon's hashes of a file", `{"hashes":"MD5=` + strings.ToUpper(md5) + `,IMPHASH=0A","files":{"name":"a"}}`, "file {Path:a SHA256: SHA1: MD5:" + md5 + "}; imphash=0a"},
		{"Sysmon's hashes of a process", `{"hashes":"MD5=` + md5 + `"}`, "process md5=" + md5},
		{"arguments", `{"exe":"/bin/sh","argv":["sh","-c","id"]}`, "process {Path:/bin/sh ID: Command:sh -c id Parent: ParentCommand:}"},
		{"a protocol's number", `{"proto":"17"}`, "protocol UDP "},
		{"a protocol and an application", `{"proto":"tcp/https"}`, "protocol TCP https"},
		{"a protocol and a port", `{"proto":"tcp/443"}`, "protocol TCP ; protocol=tcp/443"},
		{"a method is no protocol", `{"proto":"GET"}`, "protocol=GET"},
		{"doubled backslashes", `{"win":{"path":"C:\\\\x","y":"\\\\z"},"path":"C:\\\\x"}`, `path=C:\x; win.y=\z; path=C:\\x`},
		{"a key with a dot is no path", `{"web.url":"/u","web":{"host":"h"}}`, "host=h; web.url=/u"},
		{"an empty key is none, either", `{"":{"src":"192.0.2.1"},"web":{"":{"url":"/u"}}}`, "src=192.0.2.1; web..url=/u"},
		{"no object", `{}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, said(t, tt.line)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAWalkIsBounded(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000)
	wide := "{" + strings.Repeat(`"k":"v",`, 50_000) + `"k":"v"}`
	long := `{"` + strings.Repeat("k", 400) + `":1}`
	many := `{"a":[` + strings.Repeat(`{"b":1},`, 50_000) + `{"b":1}]}`
	for _, line := range []string{deep, wide, long, many} {
		if got := said(t, line); len(got) > 16<<10 {
			t.Errorf("%d bytes of %.40s", len(got), line)
		}
	}
}

func TestTacticsAreCalledAsATTACKCallsThem(t *testing.T) {
	tests := []struct {
		ids, names, want string
	}{
		{"TA0011", "Command And Control", "Command and Control"},
		{"TA0003,TA9999", "", "Persistence,TA9999"},
		{"TA9999", "Something New", "Something New"},
		{"", "Impact", "Impact"},
		{"TA0040", "Impact,Discovery", "Impact,Discovery"},
	}
	split := func(text string) []string { return strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) }
	for _, tt := range tests {
		if got := field.Tactics(split(tt.ids), split(tt.names)); strings.Join(got, ",") != tt.want {
			t.Errorf("Tactics(%s; %s) = %v, want %s", tt.ids, tt.names, got, tt.want)
		}
	}
}

// FuzzFill: whatever a line holds, the same comes out of it twice, and little.
func FuzzFill(f *testing.F) {
	for _, seed := range []string{
		`{"src":"192.0.2.1:5:x","port":"5","files":[{"name":"a"},{"md5":"x"}],"hashes":"MD5=1,=,x"}`,
		`{"a":[[[{"b":[{}]}]],1],"":{"":0},"win":{"x":"\\\\"},"argv":[1,[2]],"proto":"/"}`, `{"proto":"a/","exe":"\"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		v, err := field.Line(line)
		if err != nil {
			return
		}
		var a, again soc.Alert
		var d, dAgain field.Details
		table.Fill(&a, &d, v, nil)
		table.Fill(&again, &dAgain, v, nil)
		if !reflect.DeepEqual(a, again) || !reflect.DeepEqual(d, dAgain) {
			t.Errorf("twice: %+v %+v, %+v %+v", a, d, again, dAgain)
		}
		if len(d.List) > 128 {
			t.Errorf("%d details", len(d.List))
		}
		if a.Source.Address != (netip.Addr{}) && !a.Source.Address.IsValid() {
			t.Errorf("address %v", a.Source.Address)
		}
	})
}
