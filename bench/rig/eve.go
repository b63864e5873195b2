package rig

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

// Generated says what Generate wrote.
type Generated struct {
	Bytes, Lines, Alerts int64
	Odd                  int64 // alerts that a search for "event_type":"alert" misses
	Decoys               int64 // lines that hold this text and are no alerts
}

// Generate writes an eve.json of about size bytes: the mix of a small company's
// network, 3 % of it alerts. The same size gives the same file.
func Generate(path string, size int64) (Generated, error) {
	var done Generated
	file, err := os.Create(path) //nolint:gosec // the path is ours
	if err != nil {
		return done, err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	g := NewTraffic()
	for done.Bytes < size {
		n, err := out.Write(g.Line(&done))
		if err != nil {
			return done, fmt.Errorf("write %s: %w", path, err)
		}
		done.Bytes += int64(n)
		done.Lines++
	}
	if err := out.Flush(); err != nil {
		return done, fmt.Errorf("write %s: %w", path, err)
	}
	return done, file.Close()
}

// Traffic makes the events of a small company's network, 3 % of them alerts.
type Traffic struct {
	rand *rand.Rand
	now  time.Time
	b    []byte
}

// NewTraffic begins the same traffic each time.
func NewTraffic() *Traffic {
	return &Traffic{
		now:  time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		rand: rand.New(rand.NewPCG(7, 2026)), //nolint:gosec // the same each time is what we want
	}
}

// Line is the next event with its newline, counted in done; it is good until the next call.
func (g *Traffic) Line(done *Generated) []byte {
	g.b = g.b[:0]
	g.now = g.now.Add(time.Duration(g.rand.IntN(2000)) * time.Microsecond)
	g.line(done)
	g.b = append(g.b, '\n')
	return g.b
}

// line appends one event. Of a thousand, thirty are alerts.
func (g *Traffic) line(done *Generated) {
	switch n := g.rand.IntN(1000); {
	case n < 30:
		done.Alerts++
		if g.alert() {
			done.Odd++
		}
	case n < 31:
		done.Decoys++
		g.decoy()
	case n < 480:
		g.flow()
	case n < 780:
		g.dns()
	case n < 880:
		g.http()
	case n < 970:
		g.tls()
	default:
		g.fileinfo()
	}
}

// open begins an event as Suricata does: the type is the fourth key.
func (g *Traffic) open(kind string) {
	g.text(`{"timestamp":"`)
	g.b = g.now.AppendFormat(g.b, "2006-01-02T15:04:05.000000-0700")
	g.text(`","flow_id":`)
	g.number(g.rand.IntN(1 << 50))
	g.text(`,"in_iface":"ens3","event_type":`)
	g.text(kind)
}

func (g *Traffic) endpoints(port int, protocol string) {
	g.text(`,"src_ip":"10.20.`)
	g.number(g.rand.IntN(8))
	g.text(`.`)
	g.number(g.rand.IntN(250))
	g.text(`","src_port":`)
	g.number(1024 + g.rand.IntN(60000))
	g.text(`,"dest_ip":"198.51.100.`)
	g.number(g.rand.IntN(250))
	g.text(`","dest_port":`)
	g.number(port)
	g.text(`,"proto":"`)
	g.text(protocol)
	g.text(`"`)
}

func (g *Traffic) traffic() {
	g.text(`"pkts_toserver":`)
	g.number(g.rand.IntN(300))
	g.text(`,"pkts_toclient":`)
	g.number(g.rand.IntN(300))
	g.text(`,"bytes_toserver":`)
	g.number(g.rand.IntN(90000))
	g.text(`,"bytes_toclient":`)
	g.number(g.rand.IntN(900000))
	g.text(`,"start":"`)
	g.b = g.now.AppendFormat(g.b, "2006-01-02T15:04:05.000000-0700")
	g.text(`"`)
}

func (g *Traffic) flow() {
	g.open(`"flow"`)
	g.endpoints(443, "TCP")
	g.text(`,"app_proto":"tls","flow":{`)
	g.traffic()
	g.text(`,"end":"2026-03-02T09:00:00.000000+0000","age":12,"state":"closed","reason":"timeout","alerted":false}}`)
}

func (g *Traffic) dns() {
	g.open(`"dns"`)
	g.endpoints(53, "UDP")
	g.text(`,"pkt_src":"wire/pcap","dns":{"version":2,"type":"answer","id":`)
	g.number(g.rand.IntN(65536))
	g.text(`,"flags":"8180","qr":true,"rd":true,"ra":true,"opcode":0,"rrname":"`)
	g.host()
	g.text(`","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"`)
	g.host()
	g.text(`","rrtype":"A","ttl":300,"rdata":"203.0.113.`)
	g.number(g.rand.IntN(250))
	g.text(`"}],"grouped":{"A":["203.0.113.9"]}}}`)
}

func (g *Traffic) http() {
	g.open(`"http"`)
	g.endpoints(80, "TCP")
	g.text(`,"tx_id":0,`)
	g.request()
	g.text(`}`)
}

func (g *Traffic) request() {
	g.text(`"http":{"hostname":"`)
	g.host()
	g.text(`","url":"/assets/`)
	g.number(g.rand.IntN(1 << 30))
	g.text(`/index.html?q=`)
	g.number(g.rand.IntN(1 << 30))
	g.text(`","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0","http_content_type":"text/html","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":`)
	g.number(g.rand.IntN(90000))
	g.text(`}`)
}

func (g *Traffic) tls() {
	g.open(`"tls"`)
	g.endpoints(443, "TCP")
	g.text(`,"tls":{"subject":"CN=`)
	g.host()
	g.text(`","issuerdn":"C=FR, O=Example Authority, CN=Example R3","serial":"04:9B:11:C0:FF:EE","fingerprint":"aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd","sni":"`)
	g.host()
	g.text(`","version":"TLS 1.3","notbefore":"2026-01-01T00:00:00","notafter":"2026-12-31T23:59:59","ja3":{},"ja3s":{}}}`)
}

func (g *Traffic) fileinfo() {
	g.open(`"fileinfo"`)
	g.endpoints(80, "TCP")
	g.text(`,`)
	g.request()
	g.text(`,"app_proto":"http","fileinfo":{"filename":"/assets/caf\u00e9.js","gaps":false,"state":"CLOSED","stored":false,"size":`)
	g.number(g.rand.IntN(90000))
	g.text(`,"tx_id":1}}`)
}

// decoy is no alert and quotes one: in a user agent, and as an object within.
func (g *Traffic) decoy() {
	g.open(`"http"`)
	g.endpoints(80, "TCP")
	g.text(`,"note":{"event_type":"alert","alert":{}},"http":{"http_user_agent":"{\"event_type\":\"alert\"}"}}`)
}

// alert says whether it is written in a way that a search for text does not find.
func (g *Traffic) alert() (odd bool) {
	switch g.rand.IntN(40) {
	case 0:
		g.open(` "alert" `)
		odd = true
	case 1:
		g.open(`"\u0061lert"`)
		odd = true
	case 2: // the key is escaped, and after the rest
		g.text(`{"timestamp":"2026-03-02T08:00:00.000001+0000","event\u005ftype":"alert"`)
		odd = true
	case 3: // a key that comes twice, the last of which counts
		g.open(`"flow","event_type" : "alert"`)
		odd = true
	default:
		g.open(`"alert"`)
	}
	g.endpoints(80, "TCP")
	g.text(`,"metadata":{"flowbits":["http.dottedquad"]},"tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":`)
	g.number(1_000_000 + g.rand.IntN(400))
	g.text(`,"rev":3,"signature":"EXAMPLE suspicious request for a configuration file","category":"Attempted Information Leak","severity":`)
	g.number(1 + g.rand.IntN(3))
	// Half of the rules come from a feed that says much about each; half are terse.
	terse := g.rand.IntN(2) == 0
	if !terse {
		g.text(`,"metadata":{"affected_product":["Web_Server"],"attack_target":["Server"],"confidence":["High"],"created_at":["2025_11_02"],"deployment":["Perimeter"],"mitre_tactic_id":["TA0043"],"mitre_tactic_name":["Reconnaissance"],"mitre_technique_id":["T1595"],"mitre_technique_name":["Active_Scanning"],"signature_severity":["Major"],"updated_at":["2026_01_20"]}`)
	}
	g.text(`},`)
	if g.rand.IntN(3) > 0 {
		g.request()
		g.text(`,"app_proto":"http",`)
	}
	g.text(`"direction":"to_server","flow":{`)
	g.traffic()
	g.text(`,"src_ip":"10.20.0.7","dest_ip":"198.51.100.7","src_port":51234,"dest_port":80}`)
	if !terse {
		g.text(`,"payload_printable":"GET /.env HTTP/1.1\r\nHost: www.example.net\r\nAccept: */*\r\n\r\n","stream":1`)
	}
	g.text(`}`)
	return odd
}

func (g *Traffic) host() {
	g.text(hosts[g.rand.IntN(len(hosts))])
}

var hosts = [...]string{"www.example.net", "mail.example.org", "cdn.static.example.com", "intranet.example", "api.shop.example", "updates.example.net"}

func (g *Traffic) text(s string) { g.b = append(g.b, s...) }
func (g *Traffic) number(n int)  { g.b = strconv.AppendInt(g.b, int64(n), 10) }
