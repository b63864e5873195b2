package soc_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

func TestObservables(t *testing.T) {
	const md5 = "0123456789abcdef0123456789abcdef"
	detail := func(name, value string) soc.Alert {
		return soc.Alert{Details: []soc.Detail{{Name: name, Value: value}}}
	}
	tests := []struct {
		name  string
		alert soc.Alert
		want  string // type=value, with spaces between
	}{
		{"an empty alert has none", soc.Alert{}, ""},
		{"both endpoints", soc.Alert{
			Source:      soc.Endpoint{Address: netip.MustParseAddr("192.0.2.1"), Host: "ws-01", User: "alice"},
			Destination: soc.Endpoint{Address: netip.MustParseAddr("2001:db8::1"), Host: "srv-02", User: "root"},
		}, "address=192.0.2.1 host=ws-01 user=alice address=2001:db8::1 host=srv-02 user=root"},
		{"the hashes of the file", soc.Alert{File: &soc.File{Path: "/tmp/x", MD5: md5, SHA256: strings.Repeat("ab", 32)}}, "hash=" + strings.Repeat("ab", 32) + " hash=" + md5},
		{"the agent", soc.Alert{Agent: &soc.Agent{ID: "007", Name: "web-01", Address: "192.0.2.7"}}, "host=web-01 address=192.0.2.7"},
		{"an agent at any address", soc.Alert{Agent: &soc.Agent{Name: "web-01", Address: "any"}}, "host=web-01"},
		{"a thing twice is one", soc.Alert{
			Source:  soc.Endpoint{Address: netip.MustParseAddr("192.0.2.1")},
			Details: []soc.Detail{{Name: "attacker", Value: "192.0.2.1"}, {Name: "flow source", Value: "::ffff:192.0.2.1"}},
		}, "address=192.0.2.1"},
		{"a domain, whatever its case and its last dot", detail("dns name", "CDN.Example."), "domain=cdn.example"},
		{"a server's name with a port", detail("http host", "www.example.net:8080"), "domain=www.example.net"},
		{"a server's name that is an address", detail("http host", "198.51.100.9:8080"), "address=198.51.100.9"},
		{"an address of IPv6 with a port", detail("http host", "[2001:db8::9]:443"), "address=2001:db8::9"},
		{"a name in another alphabet", detail("dns name", "bücher.example"), "domain=bücher.example"},
		{"no domain: one label", detail("dns name", "printer"), ""},
		{"no domain: a space in it", detail("dns name", "not a.name"), ""},
		{"no domain: an empty label", detail("dns name", "a..example"), ""},
		{"no domain: a version", detail("domain", "1.2"), ""},
		{"a host of one label", detail("host", "PRINTER"), "host=PRINTER"},
		{"a host with a domain", detail("computer", "dc-01.acme.example"), "domain=dc-01.acme.example"},
		{"answers of both kinds", detail("dns answer", "cdn.example, 198.51.100.7"), "domain=cdn.example address=198.51.100.7"},
		{"answers as Sysmon lists them", detail("dns answer", "type:  5 cdn.example;::ffff:203.0.113.5;"), "address=203.0.113.5"},
		{"a hash in capitals", detail("process md5", strings.ToUpper(md5)), "hash=" + md5},
		{"a certificate's fingerprint", detail("tls fingerprint", strings.TrimSuffix(strings.Repeat("ab:", 20), ":")), "hash=" + strings.Repeat("ab", 20)},
		{"no hash: another length", detail("md5", "abcd"), ""},
		{"no hash: other letters", detail("md5", strings.Repeat("xy", 16)), ""},
		{"no hash: zeros", detail("sha1", strings.Repeat("0", 40)), ""},
		{"a whole url", detail("url", "https://www.example.net/a?b=c"), "url=https://www.example.net/a?b=c"},
		{"a path is none", detail("url", "/index.html"), ""},
		{"a path and a host are one", soc.Alert{Details: []soc.Detail{{Name: "http host", Value: "www.example.net"}, {Name: "url", Value: "/a"}}}, "domain=www.example.net url=http://www.example.net/a"},
		{"and a port", soc.Alert{Details: []soc.Detail{{Name: "http host", Value: "www.example.net"}, {Name: "http port", Value: "8080"}, {Name: "url", Value: "/a"}}}, "domain=www.example.net url=http://www.example.net:8080/a"},
		{"a user", detail("target user", "mallory"), "user=mallory"},
		{"a user that is an address of mail", detail("user", "Eve@Example.org"), "email=eve@example.org"},
		{"a sender with a name", detail("mail from", "Eve <eve@example.org>"), "email=eve@example.org"},
		{"recipients", detail("mail to", "a@example.org, b@example.org"), "email=a@example.org email=b@example.org"},
		{"no mail: no domain", detail("mail from", "root@localhost"), ""},
		{"by the last part of a path", detail("data.aws.detail.remoteIp.ipAddress", "198.51.100.77"), "address=198.51.100.77"},
		{"a path that tells nothing", detail("data.aws.detail.count", "198.51.100.77"), ""},
		{"junk", soc.Alert{
			Source:  soc.Endpoint{Address: netip.IPv4Unspecified(), User: "-", Host: " "},
			Details: []soc.Detail{{Name: "user", Value: "(null)"}, {Name: "host", Value: "localhost"}, {Name: "xff", Value: "127.0.0.1"}, {Name: "user", Value: "N/A"}},
		}, ""},
		{"what was cut", detail("url", "https://www.example.net/aaaa…"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, o := range soc.Observables(&tt.alert) {
				got = append(got, string(o.Type)+"="+o.Value)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestObservablesAreBounded(t *testing.T) {
	var a soc.Alert
	for i := range 200 {
		a.Details = append(a.Details, soc.Detail{Name: "attacker", Value: fmt.Sprintf("198.51.100.%d", i%250+1)})
	}
	if got := soc.Observables(&a); len(got) != 64 || got[0].Value != "198.51.100.1" {
		t.Errorf("%d observables, the first %v", len(got), got[0])
	}
}
