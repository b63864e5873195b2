package wazuh

import "github.com/socme-project/socme/internal/source/field"

// described is the event in words, last since it is long.
var described = []field.Entry{
	{Path: "message", Name: "message"},
	{Path: "log.file.path", Name: "location"},
	{Path: "event.original", Name: "log"},
}

// compliance are the rule's places in the rules of others.
var compliance = []field.Entry{
	{Path: "wazuh.rule.compliance.pci_dss", Name: "PCI DSS"},
	{Path: "wazuh.rule.compliance.gdpr", Name: "GDPR"},
	{Path: "wazuh.rule.compliance.hipaa", Name: "HIPAA"},
	{Path: "wazuh.rule.compliance.nist_800_53", Name: "NIST 800-53"},
	{Path: "wazuh.rule.compliance.nist_800_171", Name: "NIST 800-171"},
	{Path: "wazuh.rule.compliance.tsc", Name: "TSC"},
	{Path: "wazuh.rule.compliance.cmmc", Name: "CMMC"},
	{Path: "wazuh.rule.compliance.fedramp", Name: "FedRAMP"},
	{Path: "wazuh.rule.compliance.iso_27001", Name: "ISO 27001"},
	{Path: "wazuh.rule.compliance.nis2", Name: "NIS2"},
}

// finders is who found it, and what the parser itself takes or a human never asks for.
var finders = []field.Entry{
	{Path: "wazuh.rule.level", Name: "wazuh level"},
	{Path: "wazuh.rule.status", Name: "rule status"},
	{Path: "wazuh.rule.name", Name: "rule name"},
	{Path: "wazuh.integration.name", Name: "integration"},
	{Path: "wazuh.integration.decoders", Name: "decoder"},
	{Path: "wazuh.cluster.name", Name: "cluster"},
	{Path: "wazuh.cluster.node", Name: "cluster node"},
	{Path: "wazuh.protocol.location", Name: "location"},
	{Path: "wazuh.space.name", Name: "space"},
	{Path: "wazuh.agent.groups", Name: "agent groups"},
	{Path: "wazuh.agent.version", Name: "agent version"},
	{Path: "wazuh.agent.host.hostname", Name: "agent host"},
	{Path: "wazuh.agent.host.os.name", Name: "agent system"},

	{Path: "@timestamp", Into: field.Nowhere},
	{Path: "tags", Into: field.Nowhere},
	{Path: "related", Into: field.Nowhere}, // what stands elsewhere in the document
	{Path: "data_stream", Into: field.Nowhere},
	{Path: "event.created", Into: field.Nowhere},
	{Path: "event.ingested", Into: field.Nowhere},
	{Path: "event.kind", Into: field.Nowhere},
	{Path: "event.module", Into: field.Nowhere},
	{Path: "event.collector", Into: field.Nowhere},
	{Path: "event.timezone", Into: field.Nowhere},
	{Path: "wazuh.protocol.queue", Into: field.Nowhere},
	{Path: "wazuh.agent.id", Into: field.Nowhere},
	{Path: "wazuh.agent.name", Into: field.Nowhere},
	{Path: "wazuh.agent.type", Into: field.Nowhere},
	{Path: "wazuh.agent.host.ip", Into: field.Nowhere},
	{Path: "wazuh.agent.host.architecture", Into: field.Nowhere},
	{Path: "wazuh.agent.host.os.platform", Into: field.Nowhere},
	{Path: "wazuh.integration.category", Into: field.Nowhere},
	{Path: "wazuh.rule.id", Into: field.Nowhere},
	{Path: "wazuh.rule.title", Into: field.Nowhere},
	{Path: "wazuh.rule.tags", Into: field.Nowhere},
	{Path: "wazuh.rule.mitre", Into: field.Nowhere},
}
