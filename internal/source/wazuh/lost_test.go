package wazuh_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// unsaid are the fields that no normal form has, and why. A path ends with a dot where it
// means all below it.
var unsaid = map[string]string{
	"alert.gid":                      "1 is not said",
	"alert.severity":                 "becomes a word",
	"app_proto":                      "failed means none",
	"app_proto_tc":                   "how the engine recognised it",
	"data.docker.time":               "the event's time",
	"data.docker.timeNano":           "the event's time",
	"data.payload":                   "base64 of the printable one",
	"data.sca.scan_id":               "a number of the scan",
	"data.stream":                    "a flag of the engine",
	"data.timestamp":                 "the event's time",
	"data_stream.":                   "of the indexer",
	"decoder.accumulate":             "how Wazuh decoded",
	"decoder.ftscomment":             "how Wazuh decoded",
	"decoder.parent":                 "how Wazuh decoded",
	"dest_port":                      "0 is none",
	"dns.query.id":                   "a number of the protocol",
	"dns.query.opcode":               "a number of the protocol",
	"dns.query.type":                 "always query",
	"dns.version":                    "of the log's form",
	"event.collector":                "of the pipeline",
	"event.created":                  "the event's time",
	"event.kind":                     "of the pipeline",
	"event.module":                   "of the pipeline",
	"event_type":                     "always alert",
	"files.gaps":                     "a state of the engine",
	"files.sid":                      "the alert's own",
	"files.state":                    "a state of the engine",
	"files.stored":                   "a state of the engine",
	"files.storing":                  "a state of the engine",
	"frame.":                         "where in the stream the engine was",
	"full_log":                       "data once more, where Wazuh passed it on",
	"http.http2.stream_id":           "a number of the protocol",
	"http.version":                   "of the protocol",
	"id":                             "makes the alert's id",
	"ike.ikev1.":                     "keys and nonces",
	"ike.message_id":                 "a number of the protocol",
	"modbus.id":                      "a number of the protocol",
	"modbus.request.function_raw":    "what the name is of",
	"modbus.request.protocol_id":     "a number of the protocol",
	"modbus.request.transaction_id":  "a number of the protocol",
	"modbus.response.function_raw":   "what the name is of",
	"modbus.response.protocol_id":    "a number of the protocol",
	"modbus.response.transaction_id": "a number of the protocol",
	"mqtt.publish.dup":               "a flag of the protocol",
	"mqtt.publish.qos":               "a flag of the protocol",
	"mqtt.publish.retain":            "a flag of the protocol",
	"network.iana_number":            "of the transport",
	"nfs.hhash":                      "a number of the protocol",
	"nfs.read.":                      "a number of the protocol",
	"nfs.version":                    "of the protocol",
	"packet":                         "base64",
	"packet_info.":                   "of the capture",
	"payload":                        "base64 of the printable one",
	"pcap_cnt":                       "a counter",
	"process.entity_id":              "a number",
	"process.parent.name":            "the end of its path",
	"process.parent.entity_id":       "a number",
	"quic.extensions.":               "what the hash is of",
	"quic.ja3.string":                "what the hash is of",
	"rpc.xid":                        "a number of the protocol",
	"rule.mail":                      "whether Wazuh sent a mail",
	"smb.dcerpc.call_id":             "a number of the protocol",
	"smb.dcerpc.req.":                "a number of the protocol",
	"smb.dcerpc.res.":                "a number of the protocol",
	"smb.fuid":                       "a number of the protocol",
	"smb.id":                         "a number of the protocol",
	"smb.session_id":                 "a number of the protocol",
	"smb.status_code":                "what the status is of",
	"smb.tree_id":                    "a number of the protocol",
	"src_port":                       "0 is none",
	"ssh.client.hassh.string":        "what the hash is of",
	"ssh.client.proto_version":       "of the protocol",
	"ssh.server.hassh.string":        "what the hash is of",
	"ssh.server.proto_version":       "of the protocol",
	"stream":                         "a flag of the engine",
	"timestamp":                      "the event's time",
	"tls.ja3.string":                 "what the hash is of",
	"tunnel.pcap_cnt":                "a counter",
	"tunnel.pkt_src":                 "the packet's own",
	"tx_guessed":                     "a flag of the engine",
	"wazuh.agent.host.architecture":  "the inventory has it",
	"wazuh.agent.type":               "always endpoint",
	"wazuh.rule.mitre.tactic.id":     "becomes the tactic's name",
}

// TestNothingIsLost walks all fields of every recorded alert and looks for each value in
// the normal form.
func TestNothingIsLost(t *testing.T) {
	root := os.Getenv("SOCME_CORPUS")
	if root == "" {
		t.Skip("SOCME_CORPUS names no folder of recorded sensor output")
	}
	lost, used := map[string][]string{}, map[string]bool{}
	alerts := 0
	look := func(a soc.Alert, raw []byte) {
		alerts++
		var line any
		decode(t, raw, &line)
		said := texts(t, a)
		leaves(line, "", func(path, text string) {
			if said.have(text) {
				return
			}
			if !allowed(path, used) {
				lost[path] = append(lost[path], text)
			}
		})
	}
	each(t, filepath.Join(root, "eve"), func(path string, line []byte) {
		if a, is, err := suricata.Parse("node", line); err != nil {
			t.Errorf("%s: %v", path, err)
		} else if is {
			look(a, line)
		}
	})
	each(t, filepath.Join(root, "wazuh"), func(path string, line []byte) {
		var sample struct{ Doc json.RawMessage }
		a, is, err := wazuh.Parse("node", line)
		if filepath.Base(path) > "findings" {
			decode(t, line, &sample)
			line = sample.Doc
			a, is, err = wazuh.ParseFinding("node", "wazuh-findings-v5-other", path, line)
		}
		if err != nil || !is {
			t.Errorf("%s: %v, %v", path, is, err)
			return
		}
		look(a, line)
	})
	for path, values := range lost {
		t.Errorf("%d × %s, as %.80q", len(values), path, values[0])
	}
	for path := range unsaid {
		if !used[path] {
			t.Errorf("%s needs no excuse", path)
		}
	}
	if alerts < 3000 {
		t.Errorf("only %d alerts", alerts)
	}
	t.Logf("%d alerts, of which some lose %d paths", alerts, len(lost))
}

func allowed(path string, used map[string]bool) bool {
	for {
		if _, ok := unsaid[path]; ok {
			used[path] = true
			return true
		}
		i := strings.LastIndexByte(strings.TrimSuffix(path, "."), '.')
		if i < 0 {
			return false
		}
		path = path[:i+1]
	}
}

func decode(t *testing.T, raw []byte, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// leaves hands on each scalar with its path, without the places in arrays.
func leaves(v any, path string, leaf func(path, text string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			leaves(value, strings.TrimPrefix(path+"."+key, "."), leaf)
		}
	case []any:
		for _, value := range v {
			leaves(value, path, leaf)
		}
	case nil:
	default:
		if text := fmt.Sprint(v); !slices.Contains([]string{"", "-", "null", "(null)", "[]"}, text) {
			leaf(path, text)
		}
	}
}

// words are all texts of a normal form, as one for searching.
type words struct {
	exact map[string]bool
	all   string
}

func texts(t *testing.T, a soc.Alert) words {
	t.Helper()
	normal, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	w := words{exact: map[string]bool{}}
	var v any
	decode(t, normal, &v)
	var all []string
	leaves(v, "", func(_, text string) {
		w.exact[text] = true
		all = append(all, strings.ToLower(text))
	})
	w.all = strings.Join(all, "\n")
	return w
}

// have allows for what the normal form does to a text: it may stand among others, lose
// its case, its tail, its doubled backslashes, its zeros, or underscores.
func (w words) have(text string) bool {
	if w.exact[text] {
		return true
	}
	text = strings.ToLower(strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(text, ".000000"), "\x00", "\uFFFD")))
	if len(text) > 1500 {
		text = strings.ToValidUTF8(text[:1500], "")
	}
	if len(text) < 6 { // else "1" stood in every address
		return slices.Contains(strings.FieldsFunc(w.all, func(r rune) bool { return strings.ContainsRune(" ,\n\t\"':={}[]()<>|;", r) }), text)
	}
	for _, like := range []string{text, strings.ReplaceAll(text, `\\`, `\`), strings.ReplaceAll(strings.ReplaceAll(text, `\\`, `\`), `\"`, `"`), strings.ReplaceAll(text, "_", " ")} {
		if strings.Contains(w.all, like) {
			return true
		}
	}
	return false
}
