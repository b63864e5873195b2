package wazuh

import (
	"slices"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// integrity is what file integrity monitoring says of a file or registry key.
var integrity = []field.Fact{
	{Key: "path", Name: "file"},
	{Key: "event", Name: "file event"},
	{Key: "value_name", Name: "registry value"},
	{Key: "changed_attributes", Name: "changed"},
	{Key: "diff", Name: "difference"},
	{Key: "sha256_after", Name: "sha256"},
	{Key: "sha256_before", Name: "sha256 before"},
	{Key: "sha1_after", Name: "sha1"},
	{Key: "sha1_before", Name: "sha1 before"},
	{Key: "md5_after", Name: "md5"},
	{Key: "md5_before", Name: "md5 before"},
	{Key: "size_after", Name: "file size"},
	{Key: "size_before", Name: "file size before"},
	{Key: "perm_after", Name: "permissions"},
	{Key: "perm_before", Name: "permissions before"},
	{Key: "uname_after", Name: "file owner"},
	{Key: "gname_after", Name: "file group"},
	{Key: "mtime_after", Name: "modified"},
	{Key: "mode", Name: "monitoring"},
	{Key: "audit", Name: "user", Sub: []string{"user", "name"}},
	{Key: "audit", Name: "process", Sub: []string{"process", "name"}},
	{Key: "audit", Name: "parent process", Sub: []string{"process", "parent_name"}},
}

// windows is what stands in data.win.eventdata, of the event log and of Sysmon.
var windows = []field.Fact{
	{Key: "image", Name: "process"},
	{Key: "newProcessName", Name: "process"},
	{Key: "processName", Name: "process"},
	{Key: "commandLine", Name: "command"},
	{Key: "parentImage", Name: "parent process"},
	{Key: "parentProcessName", Name: "parent process"},
	{Key: "parentCommandLine", Name: "parent command"},
	{Key: "targetFilename", Name: "file"},
	{Key: "targetObject", Name: "registry key"},
	{Key: "hashes", Name: "hashes"},
	{Key: "queryName", Name: "dns name"},
	{Key: "scriptBlockText", Name: "script"},
	{Key: "serviceName", Name: "service"},
	{Key: "logonType", Name: "logon type"},
	{Key: "targetDomainName", Name: "domain"},
	{Key: "status", Name: "status"},
	{Key: "subStatus", Name: "sub status"},
	{Key: "failureReason", Name: "failure reason"},
	{Key: "privilegeList", Name: "privileges"},
}

var windowsSystem = []field.Fact{
	{Key: "channel", Name: "channel"},
	{Key: "eventID", Name: "windows event"},
	{Key: "providerName", Name: "provider"},
	{Key: "computer", Name: "computer"},
	{Key: "message", Name: "message"},
}

var vulnerability = []field.Fact{
	{Key: "cve", Name: "cve"},
	{Key: "severity", Name: "vulnerability severity"},
	{Key: "title", Name: "vulnerability"},
	{Key: "package", Name: "package", Sub: []string{"name"}},
	{Key: "package", Name: "package version", Sub: []string{"version"}},
	{Key: "status", Name: "vulnerability status"},
	{Key: "reference", Name: "reference"},
}

var configuration = []field.Fact{
	{Key: "policy", Name: "policy"},
	{Key: "check", Name: "check", Sub: []string{"title"}},
	{Key: "check", Name: "check result", Sub: []string{"result"}},
	{Key: "check", Name: "check reason", Sub: []string{"reason"}},
	{Key: "check", Name: "remediation", Sub: []string{"remediation"}},
	{Key: "score", Name: "score"},
}

var virusTotal = []field.Fact{
	{Key: "malicious", Name: "virustotal malicious"},
	{Key: "positives", Name: "virustotal positives"},
	{Key: "total", Name: "virustotal engines"},
	{Key: "permalink", Name: "reference"},
	{Key: "source", Name: "file", Sub: []string{"file"}},
	{Key: "source", Name: "sha1", Sub: []string{"sha1"}},
	{Key: "source", Name: "md5", Sub: []string{"md5"}},
}

var audit = []field.Fact{
	{Key: "exe", Name: "process"},
	{Key: "command", Name: "command"},
	{Key: "cwd", Name: "working directory"},
	{Key: "file", Name: "file", Sub: []string{"name"}},
	{Key: "key", Name: "audit key"},
	{Key: "syscall", Name: "syscall"},
	{Key: "success", Name: "success"},
	{Key: "auid", Name: "login user id"},
	{Key: "uid", Name: "user id"},
}

// plain stands in data itself.
var plain = []field.Fact{
	{Key: "url", Name: "url"},
	{Key: "uri", Name: "url"},
	{Key: "hostname", Name: "host"},
	{Key: "domain", Name: "domain"},
	{Key: "command", Name: "command"},
	{Key: "file", Name: "file"},
	{Key: "title", Name: "title"},
	{Key: "message", Name: "message"},
	{Key: "msg", Name: "message"},
	{Key: "description", Name: "description"},
	{Key: "id", Name: "event id"},
	{Key: "status", Name: "status"},
	{Key: "system_name", Name: "system"},
	{Key: "tty", Name: "terminal"},
	{Key: "pwd", Name: "working directory"},
	{Key: "uid", Name: "user id"},
	{Key: "extra_data", Name: "extra data"},
	{Key: "integration", Name: "integration"},
}

func (m *members) details() []soc.Detail {
	d := make(field.Details, 0, 16)
	d.AddFacts(m.syscheck, integrity)
	for key, value := range m.data.Members() {
		switch key {
		case "win":
			d.AddFacts(value.Get("eventdata"), windows)
			d.AddFacts(value.Get("system"), windowsSystem)
		case "vulnerability":
			d.AddFacts(value, vulnerability)
		case "sca":
			d.AddFacts(value, configuration)
		case "virustotal":
			d.AddFacts(value, virusTotal)
		case "audit":
			d.AddFacts(value, audit)
		case "office365":
			d.AddFacts(value, []field.Fact{{Key: "Operation", Name: "operation"}, {Key: "Workload", Name: "workload"}, {Key: "ObjectId", Name: "object"}})
		case "docker":
			d.AddFacts(value, []field.Fact{{Key: "Action", Name: "docker action"}, {Key: "Actor", Name: "container", Sub: []string{"Attributes", "name"}}})
		case "aws":
			d.AddFacts(value, []field.Fact{{Key: "eventName", Name: "operation"}, {Key: "eventSource", Name: "aws service"}, {Key: "awsRegion", Name: "aws region"}, {Key: "finding", Name: "title", Sub: []string{"Title"}}})
		case "gcp":
			d.AddFacts(value, []field.Fact{{Key: "protoPayload", Name: "operation", Sub: []string{"methodName"}}, {Key: "protoPayload", Name: "object", Sub: []string{"resourceName"}}})
		}
	}
	if method := m.data.Get("protocol").Text(); slices.Contains(methods, method) {
		d.Add("http method", method)
	}
	d.AddFacts(m.data, plain)
	return d
}

// origin adds where the log came from, and the log itself, last since it is long.
func (m *members) origin(d *field.Details, r *rule) {
	d.Add("wazuh level", r.level.Text())
	d.Add("fired times", r.firedTimes.Text())
	d.Add("frequency", r.frequency.Text())
	d.Add("info", r.info.Text())
	d.Add("cve", r.cve.Text())
	d.Add("location", m.location.Text())
	d.Add("decoder", m.decoder.Get("name").Text())
	d.Add("program", m.predecoder.Get("program_name").Text())
	d.Add("log host", m.predecoder.Get("hostname").Text())
	d.Add("manager", m.manager.Get("name").Text())
	d.Add("cluster node", m.cluster.Get("node").Text())
	d.Add("log", m.fullLog.Text())
	d.Add("earlier logs", m.previousOutput.Text())
}
