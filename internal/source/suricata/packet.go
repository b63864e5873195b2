package suricata

import "github.com/socme-project/socme/internal/source/field"

// packet is what Suricata says of the packet and the flow in which a rule fired.
var packet = []field.Entry{
	{Path: "xff", Name: "xff"},
	{Path: "payload_printable", Name: "payload"},
	{Path: "verdict.action", Name: "verdict"},
	{Path: "direction", Name: "direction"},
	{Path: "icmp_type", Name: "icmp type"},
	{Path: "icmp_code", Name: "icmp code"},
	{Path: "tunnel.proto", Name: "tunnel protocol"},
	{Path: "tunnel.src_ip", Name: "tunnel source"},
	{Path: "tunnel.src_port", Name: "tunnel source port"},
	{Path: "tunnel.dest_ip", Name: "tunnel destination"},
	{Path: "tunnel.dest_port", Name: "tunnel destination port"},
	{Path: "vlan", Name: "vlan"},
	{Path: "ether.src_mac", Name: "source mac address"},
	{Path: "ether.dest_mac", Name: "destination mac address"},
	{Path: "flow.start", Name: "flow start"},
	{Path: "flow.bytes_toserver", Name: "bytes to server"},
	{Path: "flow.bytes_toclient", Name: "bytes to client"},
	{Path: "flow.pkts_toserver", Name: "packets to server"},
	{Path: "flow.pkts_toclient", Name: "packets to client"},
	{Path: "flow.src_ip", Name: "flow source"},
	{Path: "flow.dest_ip", Name: "flow destination"},
	{Path: "flow.src_port", Into: field.Nowhere}, // the alert's own, maybe the other way round
	{Path: "flow.dest_port", Into: field.Nowhere},
	{Path: "metadata.flowbits", Name: "flowbits"},
	{Path: "flow_id", Name: "flow id", Keep: flowID},
	{Path: "tx_id", Name: "transaction id", Keep: transactionID},
	{Path: "in_iface", Name: "interface"},
	{Path: "host", Name: "sensor"},
	{Path: "pcap_filename", Name: "capture"},
	{Path: "pkt_src", Name: "packet source"},
}

// counters are the engine's own numbers, states and encodings, which tell a human
// nothing of the attack, and what the parser itself takes.
var counters = nowhere(
	"stream", "pcap_cnt", "tx_guessed", "app_proto_tc", "app_proto_ts",
	"packet", "packet_info", "tunnel.pcap_cnt", "tunnel.depth", "tunnel.pkt_src",
	"payload", "frame.payload", "http.http_request_body", "http.http_response_body", // base64 of the printable ones
	"frame.complete", "frame.direction", "frame.length", "frame.stream_offset", "frame.tx_id",
	"flow.src_port", "flow.dest_port", // the alert's own, maybe the other way round
	"http.http2.stream_id", "http.version",
	"dns.version", "dns.type", "dns.id", "dns.tx_id", "dns.opcode",
	"dns.query.type", "dns.query.id", "dns.query.tx_id", "dns.query.opcode",
	"dns.answer.version", "dns.answer.type", "dns.answer.id", "dns.answer.rrtype",
	"tls.ja3.string", "tls.ja3s.string", "quic.ja3.string", "quic.extensions", // what the hashes are of
	"ssh.client.hassh.string", "ssh.server.hassh.string", "ssh.client.proto_version", "ssh.server.proto_version",
	"files.sid", "files.gaps", "files.state", "files.stored", "files.storing", "files.tx_id", "files.file_id",
	"fileinfo.sid", "fileinfo.gaps", "fileinfo.state", "fileinfo.stored", "fileinfo.storing", "fileinfo.tx_id", "fileinfo.file_id",
	"smb.id", "smb.session_id", "smb.tree_id", "smb.fuid", "smb.status_code", "smb.dcerpc.call_id",
	"smb.dcerpc.req", "smb.dcerpc.res",
	"nfs.id", "nfs.version", "nfs.hhash", "nfs.read", "rpc.xid",
	"modbus.id", "modbus.request.transaction_id", "modbus.request.protocol_id", "modbus.request.function_raw",
	"modbus.response.transaction_id", "modbus.response.protocol_id", "modbus.response.function_raw",
	"mqtt.connect.dup", "mqtt.connect.qos", "mqtt.connect.retain", "mqtt.connack.dup", "mqtt.connack.qos", "mqtt.connack.retain",
	"mqtt.publish.dup", "mqtt.publish.qos", "mqtt.publish.retain",
	"ike.version_major", "ike.version_minor", "ike.message_id", "ike.ikev1.client", "ike.ikev1.server",
)

// nowhere are entries for fields that are left out, with all that is in them.
func nowhere(paths ...string) []field.Entry {
	entries := make([]field.Entry, len(paths))
	for i, path := range paths {
		entries[i] = field.Entry{Path: path, Into: field.Nowhere}
	}
	return entries
}

// author is what the rule's author says of it. The parser takes what is Nowhere.
var author = []field.Entry{
	{Path: "alert.source.ip", Name: "attacker"},
	{Path: "alert.target.ip", Name: "target"},
	{Path: "alert.xff", Name: "xff"},
	{Path: "alert.references", Name: "reference"},
	{Path: "alert.metadata.cve", Name: "cve"},
	{Path: "alert.metadata.malware_family", Name: "malware family", Keep: family},
	{Path: "alert.metadata.signature_severity", Name: "signature severity", Keep: word},
	{Path: "alert.metadata.confidence", Name: "confidence"},
	{Path: "alert.metadata.affected_product", Name: "affected product"},
	{Path: "alert.metadata.attack_target", Name: "attack target"},
	{Path: "alert.metadata.deployment", Name: "deployment"},
	{Path: "alert.metadata.former_category", Name: "former category"},
	{Path: "alert.metadata.performance_impact", Name: "performance impact"},
	{Path: "alert.metadata.created_at", Name: "rule created"},
	{Path: "alert.metadata.updated_at", Name: "rule updated"},
	{Path: "alert.metadata.reviewed_at", Name: "rule reviewed"},
	{Path: "alert.rev", Name: "rule revision", Keep: revision},
	{Path: "alert.rule", Name: "rule text"},

	{Path: eventType, Into: field.Nowhere, Keep: theType},
	{Path: "alert", Keep: theAlert},
	{Path: "timestamp", Into: field.Nowhere, Keep: timestamp},
	{Path: "frame.id", Into: field.Nowhere, Keep: frameID},
	{Path: "alert.action", Into: field.Nowhere, Keep: action},
	{Path: "alert.category", Into: field.Nowhere, Keep: category},
	{Path: "alert.gid", Into: field.Nowhere, Keep: generator},
	{Path: "alert.severity", Into: field.Nowhere, Keep: priority},
	{Path: "alert.signature", Into: field.Nowhere, Keep: signature},
	{Path: "alert.signature_id", Into: field.Nowhere, Keep: signatureID},
	{Path: "alert.metadata.mitre_tactic_id", Into: field.Nowhere, Keep: tacticIDs},
	{Path: "alert.metadata.mitre_tactic_name", Into: field.Nowhere, Keep: tacticNames},
	{Path: "alert.metadata.mitre_technique_id", Into: field.Nowhere, Keep: techniqueIDs},
	{Path: "alert.metadata.mitre_technique_name", Into: field.Nowhere, Keep: techniqueNames},
	{Path: "alert.metadata.tag", Into: field.Nowhere, Keep: tag},
}
