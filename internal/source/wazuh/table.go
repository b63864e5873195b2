package wazuh

import "github.com/socme-project/socme/internal/source/field"

// Decoders name the same thing in many ways. Of those that go into one place of the
// alert, the first that stands in a table is taken: the names of Wazuh's own decoders,
// then those of the products whose logs it reads. What a table does not know becomes a
// detail that is called by its path.
var (
	alerts = field.NewTable(endpoints, integrity, windows, hosts, products, cloud, plain, origin, ours).Doubled("data.win.")
	// registry is for what integrity monitoring says of a registry key, which is no file.
	registry = field.NewTable(withoutFile(integrity), endpoints, origin, ours)
	// passedOn is for what another sensor found: data is read by its parser.
	passedOn = field.NewTable([]field.Entry{
		{Path: "data", Into: field.Nowhere},
		{Path: "full_log", Into: field.Nowhere}, // data, once more
	}, origin, ours)
)

var endpoints = []field.Entry{
	{Path: "data.srcip", Into: field.SourceAddress},
	{Path: "data.src_ip", Into: field.SourceAddress},
	{Path: "data.srcaddr", Into: field.SourceAddress},
	{Path: "data.src", Into: field.SourceAddress},
	{Path: "data.src_endpoint.ip", Into: field.SourceAddress},
	{Path: "data.win.eventdata.ipAddress", Into: field.SourceAddress},
	{Path: "data.win.eventdata.sourceIp", Into: field.SourceAddress},
	{Path: "data.win.eventdata.sourceAddress", Into: field.SourceAddress},
	{Path: "data.aws.sourceIPAddress", Into: field.SourceAddress},
	{Path: "data.aws.source_ip_address", Into: field.SourceAddress},
	{Path: "data.aws.remote_ip", Into: field.SourceAddress},
	{Path: "data.aws.service.action.networkConnectionAction.remoteIpDetails.ipAddressV4", Into: field.SourceAddress},
	{Path: "data.aws.service.action.awsApiCallAction.remoteIpDetails.ipAddressV4", Into: field.SourceAddress},
	{Path: "data.aws.srcaddr", Into: field.SourceAddress},
	{Path: "data.office365.ClientIP", Into: field.SourceAddress},
	{Path: "data.office365.ActorIpAddress", Into: field.SourceAddress},
	{Path: "data.office365.ClientIPAddress", Into: field.SourceAddress},
	{Path: "data.gcp.protoPayload.requestMetadata.callerIp", Into: field.SourceAddress},
	{Path: "data.gcp.jsonPayload.sourceIP", Into: field.SourceAddress},
	{Path: "data.github.actor_ip", Into: field.SourceAddress},
	{Path: "data.azure.callerIpAddress", Into: field.SourceAddress},
	{Path: "data.ClientIP", Into: field.SourceAddress},
	{Path: "data.client_ip", Into: field.SourceAddress},
	{Path: "data.remoteAddr", Into: field.SourceAddress},
	{Path: "data.remote_ip", Into: field.SourceAddress},
	{Path: "data.remip", Into: field.SourceAddress},
	{Path: "data.identSrc", Into: field.SourceAddress},
	{Path: "data.audit.addr", Into: field.SourceAddress},
	{Path: "data.ip", Into: field.SourceAddress},
	{Path: "data.ip_address", Into: field.SourceAddress},

	{Path: "data.srcport", Into: field.SourcePort},
	{Path: "data.src_port", Into: field.SourcePort},
	{Path: "data.s_port", Into: field.SourcePort},
	{Path: "data.src_endpoint.port", Into: field.SourcePort},
	{Path: "data.win.eventdata.ipPort", Into: field.SourcePort},
	{Path: "data.win.eventdata.sourcePort", Into: field.SourcePort},
	{Path: "data.aws.srcport", Into: field.SourcePort},

	{Path: "data.srcuser", Into: field.SourceUser},
	{Path: "data.win.eventdata.subjectUserName", Into: field.SourceUser},
	{Path: "data.aws.userIdentity.userName", Into: field.SourceUser},
	{Path: "data.aws.userIdentity.arn", Into: field.SourceUser},
	{Path: "data.office365.UserId", Into: field.SourceUser},
	{Path: "data.gcp.protoPayload.authenticationInfo.principalEmail", Into: field.SourceUser},
	{Path: "data.github.actor", Into: field.SourceUser},
	{Path: "data.usrName", Into: field.SourceUser},
	{Path: "data.audit.acct", Into: field.SourceUser},
	{Path: "syscheck.audit.user.name", Into: field.SourceUser},

	{Path: "data.win.eventdata.workstationName", Into: field.SourceHost},
	{Path: "data.win.eventdata.sourceHostname", Into: field.SourceHost},
	{Path: "data.identHostName", Into: field.SourceHost},

	{Path: "data.dstip", Into: field.DestinationAddress},
	{Path: "data.dst_ip", Into: field.DestinationAddress},
	{Path: "data.dest_ip", Into: field.DestinationAddress},
	{Path: "data.dstaddr", Into: field.DestinationAddress},
	{Path: "data.dst", Into: field.DestinationAddress},
	{Path: "data.dst_endpoint.ip", Into: field.DestinationAddress},
	{Path: "data.win.eventdata.destinationIp", Into: field.DestinationAddress},
	{Path: "data.win.eventdata.destAddress", Into: field.DestinationAddress},
	{Path: "data.aws.dstaddr", Into: field.DestinationAddress},
	{Path: "data.OriginIP", Into: field.DestinationAddress},

	{Path: "data.dstport", Into: field.DestinationPort},
	{Path: "data.dst_port", Into: field.DestinationPort},
	{Path: "data.dest_port", Into: field.DestinationPort},
	{Path: "data.dst_endpoint.port", Into: field.DestinationPort},
	{Path: "data.win.eventdata.destinationPort", Into: field.DestinationPort},
	{Path: "data.win.eventdata.destPort", Into: field.DestinationPort},
	{Path: "data.aws.dstport", Into: field.DestinationPort},

	{Path: "data.dstuser", Into: field.DestinationUser},
	{Path: "data.win.eventdata.targetUserName", Into: field.DestinationUser},
	{Path: "data.win.eventdata.user", Into: field.DestinationUser},

	{Path: "data.win.eventdata.destinationHostname", Into: field.DestinationHost},
	{Path: "data.win.system.computer", Name: "computer", Into: field.DestinationHost},

	{Path: "data.protocol", Name: "http method", Into: field.Protocol}, // as the decoder of web logs has it
	{Path: "data.proto", Into: field.Protocol},
	{Path: "data.protocol_name", Into: field.Protocol},
	{Path: "data.win.eventdata.protocol", Into: field.Protocol},
	{Path: "data.aws.protocol", Into: field.Protocol},
	{Path: "data.app_proto", Into: field.Application},
	{Path: "data.app", Into: field.Application},
	{Path: "data.action", Into: field.Action},
	{Path: "data.fw_action", Into: field.Action},
	{Path: "data.github.action", Into: field.Action},
	{Path: "data.aws.action", Into: field.Action},
	{Path: "data.category", Into: field.Category},
	{Path: "data.alert.category", Into: field.Category},
	{Path: "data.community_id", Into: field.CommunityID},
}

// plain are names that many decoders use.
var plain = []field.Entry{
	{Path: "data.command", Into: field.ProcessCommand},
	{Path: "data.process.name", Into: field.ProcessPath},
	{Path: "data.process.pid", Into: field.ProcessID},
	{Path: "data.file", Name: "file", Into: field.FilePath},
	{Path: "data.url", Name: "url"},
	{Path: "data.uri", Name: "url"},
	{Path: "data.hostname", Name: "host"},
	{Path: "data.domain", Name: "domain"},
	{Path: "data.title", Name: "title"},
	{Path: "data.message", Name: "message"},
	{Path: "data.msg", Name: "message"},
	{Path: "data.description", Name: "description"},
	{Path: "data.id", Name: "event id"},
	{Path: "data.status", Name: "status"},
	{Path: "data.system_name", Name: "system"},
	{Path: "data.tty", Name: "terminal"},
	{Path: "data.pwd", Name: "working directory"},
	{Path: "data.uid", Name: "user id"},
	{Path: "data.extra_data", Name: "extra data"},
	{Path: "data.integration", Name: "integration"},
}

// origin is where the log came from, and the log itself, last since it is long.
var origin = []field.Entry{
	{Path: "rule.level", Name: "wazuh level"},
	{Path: "rule.firedtimes", Name: "fired times"},
	{Path: "rule.frequency", Name: "frequency"},
	{Path: "rule.info", Name: "info"},
	{Path: "rule.cve", Name: "cve"},
	{Path: "location", Name: "location"},
	{Path: "decoder.name", Name: "decoder"},
	{Path: "predecoder.program_name", Name: "program"},
	{Path: "predecoder.hostname", Name: "log host"},
	{Path: "manager.name", Name: "manager"},
	{Path: "cluster.node", Name: "cluster node"},
	{Path: "cluster.name", Name: "cluster"},
	{Path: "GeoLocation.country_name", Name: "country"},
	{Path: "GeoLocation.region_name", Name: "region"},
	{Path: "GeoLocation.city_name", Name: "city"},
	{Path: "rule.pci_dss", Name: "PCI DSS"},
	{Path: "rule.gdpr", Name: "GDPR"},
	{Path: "rule.hipaa", Name: "HIPAA"},
	{Path: "rule.nist_800_53", Name: "NIST 800-53"},
	{Path: "rule.tsc", Name: "TSC"},
	{Path: "rule.gpg13", Name: "GPG13"},
	{Path: "full_log", Name: "log"},
	{Path: "previous_output", Name: "earlier logs"},
	{Path: "previous_log", Name: "log before"},
}

// ours is what the parser itself takes, and what says nothing to a human: how Wazuh
// decoded and how Filebeat carried.
var ours = []field.Entry{
	{Path: "id", Into: field.Nowhere},
	{Path: "timestamp", Into: field.Nowhere},
	{Path: "@timestamp", Into: field.Nowhere},
	{Path: "@version", Into: field.Nowhere},
	{Path: "input", Into: field.Nowhere},
	{Path: "agent.id", Into: field.Nowhere},
	{Path: "agent.name", Into: field.Nowhere},
	{Path: "agent.ip", Into: field.Nowhere},
	{Path: "agent.ephemeral_id", Into: field.Nowhere},
	{Path: "agent.type", Into: field.Nowhere},
	{Path: "rule.id", Into: field.Nowhere},
	{Path: "rule.description", Into: field.Nowhere},
	{Path: "rule.groups", Into: field.Nowhere},
	{Path: "rule.mitre", Into: field.Nowhere},
	{Path: "rule.mail", Into: field.Nowhere},
	{Path: "decoder.parent", Into: field.Nowhere},
	{Path: "decoder.ftscomment", Into: field.Nowhere},
	{Path: "decoder.accumulate", Into: field.Nowhere},
	{Path: "predecoder.timestamp", Into: field.Nowhere},
}
