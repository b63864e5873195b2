package suricata_test

import (
	"testing"

	"github.com/socme-project/socme/internal/source/suricata"
)

var benchLines = []struct {
	name string
	line string
}{
	{"a flow", `{"timestamp":"2026-03-02T08:00:00.123456+0000","flow_id":823749823749823,"in_iface":"ens3","event_type":"flow","src_ip":"10.20.3.17","src_port":51234,"dest_ip":"198.51.100.7","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":12,"pkts_toclient":14,"bytes_toserver":1890,"bytes_toclient":9120,"start":"2026-03-02T07:59:58.000000+0000","end":"2026-03-02T08:00:00.000000+0000","age":2,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"}}`},
	{"a dns answer", `{"timestamp":"2026-03-02T08:00:00.123456+0000","flow_id":823749823749823,"in_iface":"ens3","event_type":"dns","src_ip":"10.20.3.17","src_port":51234,"dest_ip":"198.51.100.7","dest_port":53,"proto":"UDP","dns":{"version":2,"type":"answer","id":1234,"flags":"8180","qr":true,"rrname":"www.example.net","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"www.example.net","rrtype":"A","ttl":300,"rdata":"203.0.113.9"}]}}`},
	{"an alert", `{"timestamp":"2026-03-02T08:00:00.123456+0000","flow_id":823749823749823,"in_iface":"ens3","event_type":"alert","src_ip":"10.20.3.17","src_port":51234,"dest_ip":"198.51.100.7","dest_port":80,"proto":"TCP","metadata":{"flowbits":["http.dottedquad"]},"tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":1000123,"rev":3,"signature":"EXAMPLE suspicious request for a configuration file","category":"Attempted Information Leak","severity":2,"metadata":{"affected_product":["Web_Server"],"attack_target":["Server"],"confidence":["High"],"created_at":["2025_11_02"],"deployment":["Perimeter"],"mitre_tactic_id":["TA0043"],"mitre_tactic_name":["Reconnaissance"],"mitre_technique_id":["T1595"],"mitre_technique_name":["Active_Scanning"],"signature_severity":["Major"],"updated_at":["2026_01_20"]}},"http":{"hostname":"www.example.net","url":"/assets/82374/index.html?q=123","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0","http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":1234},"app_proto":"http","direction":"to_server","flow":{"pkts_toserver":5,"pkts_toclient":4,"bytes_toserver":540,"bytes_toclient":2310,"start":"2026-03-02T08:00:00.000000+0000","src_ip":"10.20.3.17","dest_ip":"198.51.100.7","src_port":51234,"dest_port":80},"payload_printable":"GET /.env HTTP/1.1\r\nHost: www.example.net\r\n\r\n","stream":1}`},
}

func BenchmarkParse(b *testing.B) {
	for _, bb := range benchLines {
		b.Run(bb.name, func(b *testing.B) {
			line := []byte(bb.line)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := suricata.Parse("node", line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
