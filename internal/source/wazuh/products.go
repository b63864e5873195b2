package wazuh

import (
	"slices"

	"github.com/socme-project/socme/internal/source/field"
)

// integrity is what file integrity monitoring says of a file or registry key.
var integrity = []field.Entry{
	{Path: "syscheck.path", Name: "registry key", Into: field.FilePath},
	{Path: "syscheck.event", Name: "file event"},
	{Path: "syscheck.value_name", Name: "registry value"},
	{Path: "syscheck.changed_attributes", Name: "changed"},
	{Path: "syscheck.diff", Name: "difference"},
	{Path: "syscheck.sha256_after", Name: "sha256", Into: field.FileSHA256},
	{Path: "syscheck.sha256_before", Name: "sha256 before"},
	{Path: "syscheck.sha1_after", Name: "sha1", Into: field.FileSHA1},
	{Path: "syscheck.sha1_before", Name: "sha1 before"},
	{Path: "syscheck.md5_after", Name: "md5", Into: field.FileMD5},
	{Path: "syscheck.md5_before", Name: "md5 before"},
	{Path: "syscheck.size_after", Name: "file size"},
	{Path: "syscheck.size_before", Name: "file size before"},
	{Path: "syscheck.perm_after", Name: "permissions"},
	{Path: "syscheck.perm_before", Name: "permissions before"},
	{Path: "syscheck.uname_after", Name: "file owner"},
	{Path: "syscheck.uname_before", Name: "file owner before"},
	{Path: "syscheck.gname_after", Name: "file group"},
	{Path: "syscheck.gname_before", Name: "file group before"},
	{Path: "syscheck.uid_after", Name: "file owner id"},
	{Path: "syscheck.gid_after", Name: "file group id"},
	{Path: "syscheck.mtime_after", Name: "modified"},
	{Path: "syscheck.mtime_before", Name: "modified before"},
	{Path: "syscheck.mode", Name: "monitoring"},
	{Path: "syscheck.hard_links", Name: "hard links"},
	{Path: "syscheck.tags", Name: "monitoring tags"},
	{Path: "syscheck.audit.process.name", Into: field.ProcessPath},
	{Path: "syscheck.audit.process.id", Into: field.ProcessID},
	{Path: "syscheck.audit.process.parent_name", Into: field.ProcessParent},
	{Path: "syscheck.audit.process.cwd", Name: "working directory"},
	{Path: "syscheck.audit.login_user.name", Name: "login user"},
	{Path: "syscheck.audit.effective_user.name", Name: "effective user"},
}

// withoutFile are the same entries, all of whose values are details.
func withoutFile(entries []field.Entry) []field.Entry {
	details := slices.Clone(entries)
	for i := range details {
		switch details[i].Into {
		case field.FilePath, field.FileSHA256, field.FileSHA1, field.FileMD5:
			details[i].Into = field.Detail
		}
	}
	return details
}

// hosts is what Wazuh's own modules and the audit daemon say of a machine.
var hosts = []field.Entry{
	{Path: "data.vulnerability.cve", Name: "cve"},
	{Path: "data.vulnerability.severity", Name: "vulnerability severity"},
	{Path: "data.vulnerability.title", Name: "vulnerability"},
	{Path: "data.vulnerability.package.name", Name: "package"},
	{Path: "data.vulnerability.package.version", Name: "package version"},
	{Path: "data.vulnerability.package.architecture", Name: "package architecture"},
	{Path: "data.vulnerability.package.condition", Name: "package condition"},
	{Path: "data.vulnerability.status", Name: "vulnerability status"},
	{Path: "data.vulnerability.cvss.cvss3.base_score", Name: "cvss 3 score"},
	{Path: "data.vulnerability.cvss.cvss2.base_score", Name: "cvss 2 score"},
	{Path: "data.vulnerability.reference", Name: "reference"},
	{Path: "data.vulnerability.references", Name: "reference"},
	{Path: "data.sca.policy", Name: "policy"},
	{Path: "data.sca.check.title", Name: "check"},
	{Path: "data.sca.check.result", Name: "check result"},
	{Path: "data.sca.check.previous_result", Name: "check result before"},
	{Path: "data.sca.check.reason", Name: "check reason"},
	{Path: "data.sca.check.remediation", Name: "remediation"},
	{Path: "data.sca.check.rationale", Name: "rationale"},
	{Path: "data.sca.score", Name: "score"},
	{Path: "data.sca.scan_id", Into: field.Nowhere},
	{Path: "data.virustotal.source.file", Name: "file", Into: field.FilePath},
	{Path: "data.virustotal.source.sha1", Name: "sha1", Into: field.FileSHA1},
	{Path: "data.virustotal.source.md5", Name: "md5", Into: field.FileMD5},
	{Path: "data.virustotal.sha1", Name: "sha1", Into: field.FileSHA1},
	{Path: "data.virustotal.malicious", Name: "virustotal malicious"},
	{Path: "data.virustotal.positives", Name: "virustotal positives"},
	{Path: "data.virustotal.total", Name: "virustotal engines"},
	{Path: "data.virustotal.permalink", Name: "reference"},
	{Path: "data.audit.file.name", Name: "file", Into: field.FilePath},
	{Path: "data.audit.exe", Name: "program", Into: field.ProcessPath},
	{Path: "data.audit.command", Name: "program", Into: field.ProcessPath},
	{Path: "data.audit.pid", Into: field.ProcessID},
	{Path: "data.audit.ppid", Name: "parent process id"},
	{Path: "data.audit.execve.a0", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a1", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a2", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a3", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a4", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a5", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a6", Into: field.ProcessArgument},
	{Path: "data.audit.execve.a7", Into: field.ProcessArgument},
	{Path: "data.audit.cwd", Name: "working directory"},
	{Path: "data.audit.directory.name", Name: "directory"},
	{Path: "data.audit.key", Name: "audit key"},
	{Path: "data.audit.syscall", Name: "syscall"},
	{Path: "data.audit.success", Name: "success"},
	{Path: "data.audit.auid", Name: "login user id"},
	{Path: "data.audit.uid", Name: "user id"},
	{Path: "data.audit.id", Into: field.Nowhere},
}

// products is what else is read by a decoder with names of its own.
var products = []field.Entry{
	{Path: "data.sysmon.image", Into: field.ProcessPath},
	{Path: "data.sysmon.parentImage", Into: field.ProcessParent},
	{Path: "data.sysmon.hash", Name: "process hash"},
	{Path: "data.docker.Action", Name: "docker action"},
	{Path: "data.docker.Actor.Attributes.name", Name: "container"},
	{Path: "data.docker.Actor.Attributes.image", Name: "container image"},
	{Path: "data.docker.time", Into: field.Nowhere},
	{Path: "data.docker.timeNano", Into: field.Nowhere},
	{Path: "data.osquery.columns.path", Name: "file", Into: field.FilePath},
	{Path: "data.osquery.columns.cmdline", Into: field.ProcessCommand},
	{Path: "data.YARA.rule", Name: "yara rule"},
	{Path: "data.YARA.file", Name: "file", Into: field.FilePath},
	{Path: "data.yara_rule", Name: "yara rule"},
	{Path: "data.yara_scanned_file", Name: "file", Into: field.FilePath},
	{Path: "data.ms-graph.title", Name: "title"},
	{Path: "data.ms-graph.evidence.fileDetails.filePath", Name: "folder"},
	{Path: "data.ms-graph.evidence.fileDetails.fileName", Name: "file", Into: field.FilePath},
	{Path: "data.ms-graph.evidence.fileDetails.sha256", Name: "sha256", Into: field.FileSHA256},
	{Path: "data.ms-graph.evidence.fileDetails.sha1", Name: "sha1", Into: field.FileSHA1},
	{Path: "data.ms-graph.evidence.fileDetails.md5", Name: "md5", Into: field.FileMD5},
	{Path: "data.ms-graph.evidence.processId", Into: field.ProcessID},
	{Path: "data.ms-graph.evidence.processCommandLine", Into: field.ProcessCommand},
	{Path: "data.Hash", Name: "md5", Into: field.FileMD5},
	{Path: "data.Path", Name: "file", Into: field.FilePath},
	{Path: "data.ParentPath", Into: field.ProcessParent},
}

var cloud = []field.Entry{
	{Path: "data.office365.Operation", Name: "operation"},
	{Path: "data.office365.Workload", Name: "workload"},
	{Path: "data.office365.ObjectId", Name: "object"},
	{Path: "data.office365.ResultStatus", Name: "result"},
	{Path: "data.office365.UserAgent", Name: "user agent"},
	{Path: "data.aws.eventName", Name: "operation"},
	{Path: "data.aws.operation", Name: "operation"},
	{Path: "data.aws.eventSource", Name: "aws service"},
	{Path: "data.aws.awsRegion", Name: "aws region"},
	{Path: "data.aws.region", Name: "aws region"},
	{Path: "data.aws.accountId", Name: "aws account"},
	{Path: "data.aws.recipientAccountId", Name: "aws account"},
	{Path: "data.aws.title", Name: "title"},
	{Path: "data.aws.description", Name: "description"},
	{Path: "data.aws.userAgent", Name: "user agent"},
	{Path: "data.aws.errorCode", Name: "error"},
	{Path: "data.aws.finding.Title", Name: "title"},
	{Path: "data.aws.finding.Description", Name: "description"},
	{Path: "data.gcp.protoPayload.methodName", Name: "operation"},
	{Path: "data.gcp.protoPayload.resourceName", Name: "object"},
	{Path: "data.gcp.protoPayload.serviceName", Name: "gcp service"},
	{Path: "data.gcp.jsonPayload.queryName", Name: "dns name"},
	{Path: "data.github.org", Name: "organisation"},
	{Path: "data.github.repo", Name: "repository"},
	{Path: "data.github.user", Name: "user"},
	{Path: "data.api.operation", Name: "operation"},
	{Path: "data.azure.operationName", Name: "operation"},
}
