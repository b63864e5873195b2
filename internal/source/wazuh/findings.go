package wazuh

import "github.com/socme-project/socme/internal/source/field"

// The tables of Wazuh 5's documents, whose names are those of ECS.
var (
	findings = field.NewTable(sides, facts, described, compliance, finders)
	// passedOnFindings is for what another sensor found: its own words say it all.
	passedOnFindings = field.NewTable(nowhere(sides, facts), compliance, finders)
)

// nowhere are the same entries, all of them left out.
func nowhere(parts ...[]field.Entry) []field.Entry {
	var entries []field.Entry
	for _, part := range parts {
		for _, e := range part {
			entries = append(entries, field.Entry{Path: e.Path, Into: field.Nowhere})
		}
	}
	return append(entries, field.Entry{Path: "event.original", Into: field.Nowhere})
}

var sides = []field.Entry{
	{Path: "source.ip", Into: field.SourceAddress},
	{Path: "client.ip", Into: field.SourceAddress},
	{Path: "source.address", Into: field.SourceAddress},
	{Path: "source.port", Into: field.SourcePort},
	{Path: "client.port", Into: field.SourcePort},
	{Path: "source.domain", Into: field.SourceHost},
	{Path: "client.domain", Into: field.SourceHost},
	{Path: "user.name", Name: "user", Into: field.SourceUser},
	{Path: "source.user.name", Name: "user", Into: field.SourceUser},
	{Path: "client.user.name", Name: "user", Into: field.SourceUser},
	{Path: "user.email", Name: "email", Into: field.SourceUser},
	{Path: "source.user.email", Name: "email", Into: field.SourceUser},
	{Path: "client.user.email", Name: "email", Into: field.SourceUser},
	{Path: "destination.ip", Into: field.DestinationAddress},
	{Path: "server.ip", Into: field.DestinationAddress},
	{Path: "destination.address", Into: field.DestinationAddress},
	{Path: "destination.port", Into: field.DestinationPort},
	{Path: "server.port", Into: field.DestinationPort},
	{Path: "destination.domain", Name: "host", Into: field.DestinationHost},
	{Path: "server.domain", Name: "host", Into: field.DestinationHost},
	{Path: "host.hostname", Name: "host", Into: field.DestinationHost},
	{Path: "host.name", Name: "host", Into: field.DestinationHost},
	{Path: "user.target.name", Name: "target user", Into: field.DestinationUser},
	{Path: "destination.user.name", Name: "target user", Into: field.DestinationUser},
	{Path: "user.effective.name", Name: "effective user"},
	{Path: "network.transport", Into: field.Protocol},
	{Path: "network.protocol", Into: field.Application},
	{Path: "network.application", Into: field.Application},
	{Path: "network.community_id", Into: field.CommunityID},
	{Path: "network.direction", Name: "direction"},
	{Path: "network.iana_number", Into: field.Nowhere}, // of the transport
	{Path: "rule.category", Name: "category"},
}

var facts = []field.Entry{
	{Path: "event.action", Name: "operation"},
	{Path: "event.outcome", Name: "result"},
	{Path: "event.reason", Name: "reason"},
	{Path: "event.type", Name: "event type"},
	{Path: "event.category", Name: "event category"},
	{Path: "event.code", Name: "event id"},
	{Path: "event.provider", Name: "provider"},
	{Path: "file.path", Name: "file", Into: field.FilePath},
	{Path: "file.name", Name: "file", Into: field.FilePath},
	{Path: "file.hash.sha256", Name: "sha256", Into: field.FileSHA256},
	{Path: "file.hash.sha1", Name: "sha1", Into: field.FileSHA1},
	{Path: "file.hash.md5", Name: "md5", Into: field.FileMD5},
	{Path: "file.size", Name: "file size"},
	{Path: "file.owner", Name: "file owner"},
	{Path: "file.group", Name: "file group"},
	{Path: "file.mode", Name: "permissions"},
	{Path: "file.mtime", Name: "modified"},
	{Path: "file.inode", Into: field.Nowhere},
	{Path: "process.executable", Name: "program", Into: field.ProcessPath},
	{Path: "process.name", Name: "program", Into: field.ProcessPath},
	{Path: "process.pid", Into: field.ProcessID},
	{Path: "process.command_line", Into: field.ProcessCommand},
	{Path: "process.args", Name: "arguments", Into: field.ProcessArguments},
	{Path: "process.parent.executable", Name: "parent process", Into: field.ProcessParent},
	{Path: "process.parent.name", Name: "parent process", Into: field.ProcessParent},
	{Path: "process.parent.command_line", Into: field.ProcessParentCommand},
	{Path: "process.parent.pid", Name: "parent process id"},
	{Path: "process.hash.sha256", Name: "process sha256"},
	{Path: "process.hash.sha1", Name: "process sha1"},
	{Path: "process.hash.md5", Name: "process md5"},
	{Path: "process.pe.imphash", Name: "process imphash"},
	{Path: "process.working_directory", Name: "working directory"},
	{Path: "process.entity_id", Into: field.Nowhere},
	{Path: "process.parent.entity_id", Into: field.Nowhere},
	{Path: "registry.path", Name: "registry key"},
	{Path: "registry.value", Name: "registry value"},
	{Path: "http.request.method", Name: "http method"},
	{Path: "url.full", Name: "url"},
	{Path: "url.original", Name: "url"},
	{Path: "url.domain", Name: "http host"},
	{Path: "url.path", Name: "url path"},
	{Path: "http.response.status_code", Name: "http status"},
	{Path: "user_agent.original", Name: "user agent"},
	{Path: "dns.question.name", Name: "dns name"},
	{Path: "dns.response_code", Name: "dns answer code"},
	{Path: "tls.client.server_name", Name: "tls name"},
	{Path: "tls.version", Name: "tls version"},
	{Path: "email.subject", Name: "mail subject"},
	{Path: "email.sender.address", Name: "mail from"},
	{Path: "email.from.address", Name: "mail from"},
	{Path: "email.to.address", Name: "mail to"},
	{Path: "vulnerability.id", Name: "cve"},
	{Path: "vulnerability.severity", Name: "vulnerability severity"},
	{Path: "vulnerability.description", Name: "vulnerability"},
	{Path: "vulnerability.score.base", Name: "cvss score"},
	{Path: "vulnerability.reference", Name: "reference"},
	{Path: "package.name", Name: "package"},
	{Path: "package.version", Name: "package version"},
	{Path: "package.architecture", Name: "package architecture"},
	{Path: "policy.name", Name: "policy"},
	{Path: "check.name", Name: "check"},
	{Path: "check.result", Name: "check result"},
	{Path: "check.reason", Name: "check reason"},
	{Path: "check.remediation", Name: "remediation"},
	{Path: "check.rationale", Name: "rationale"},
	{Path: "container.name", Name: "container"},
	{Path: "container.image.name", Name: "container image"},
	{Path: "cloud.provider", Name: "cloud"},
	{Path: "cloud.account.id", Name: "cloud account"},
	{Path: "cloud.region", Name: "cloud region"},
	{Path: "cloud.service.name", Name: "cloud service"},
	{Path: "rule.name", Name: "sensor rule"},
	{Path: "rule.id", Name: "sensor rule id"},
	{Path: "rule.description", Name: "description"},
	{Path: "error.code", Name: "error"},
	{Path: "error.message", Name: "error message"},
	{Path: "user.domain", Name: "windows domain"},
	{Path: "user.id", Name: "user id"},
	{Path: "user.full_name", Name: "full name"},
	{Path: "organization.name", Name: "organisation"},
	{Path: "source.geo.country_name", Name: "country"},
	{Path: "source.geo.city_name", Name: "city"},
	{Path: "source.as.organization.name", Name: "network owner"},
	{Path: "threat.software.name", Name: "malware family"},
	{Path: "observer.version", Into: field.Nowhere},
}
