package rig

import (
	"fmt"
	"strings"
	"time"
)

// AlertLine is an EVE alert of about 1.1 KB that differs from every other.
func AlertLine(n int, at time.Time) string {
	severity := 1 + n%4
	return fmt.Sprintf(`{"timestamp":"%s","flow_id":%d,"in_iface":"eth1","event_type":"alert","src_ip":"192.0.2.%d","src_port":%d,"dest_ip":"198.51.100.%d","dest_port":443,"proto":"TCP","community_id":"1:%08x%08xAAAAAAAAAAA=","tx_id":0,`+
		`"alert":{"action":"allowed","gid":1,"signature_id":%d,"rev":3,"signature":"BENCH example rule number %d of many","category":"Attempted Information Leak","severity":%d,"metadata":{"created_at":["2026_01_01"],"mitre_technique_id":["T1595"]}},`+
		`"http":{"hostname":"shop.example","url":"/search?q=%d","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64)","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":512},"app_proto":"http","direction":"to_server",`+
		`"flow":{"pkts_toserver":4,"pkts_toclient":3,"bytes_toserver":512,"bytes_toclient":1024,"start":"%s"},"payload_printable":"%s"}`,
		at.UTC().Format("2006-01-02T15:04:05.000000-0700"), 1<<40+n, n%250+1, 1024+n%60000, n/250%250+1, n, n*31, 9000000+n%400, n%400, severity, n,
		at.UTC().Format("2006-01-02T15:04:05.000000-0700"), strings.Repeat("GET /search HTTP/1.1..", 12))
}
