package wazuh

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Alert is an alert of Wazuh 4, as a line of alerts.json and as a document of
// wazuh-alerts-* hold it.
type Alert struct {
	// Time is the sensor's clock; alerts.json writes its zone without a colon.
	Time     Time          `json:"timestamp,omitzero"`
	ID       string        `json:"id"` // unique per manager only
	Rule     AlertRule     `json:"rule"`
	Agent    AlertAgent    `json:"agent"`
	Manager  AlertManager  `json:"manager"`
	Cluster  *AlertCluster `json:"cluster,omitempty"`
	Location string        `json:"location"`
	FullLog  string        `json:"full_log,omitempty"`
	Decoder  struct {
		Name   Text `json:"name,omitempty"`
		Parent Text `json:"parent,omitempty"`
	} `json:"decoder,omitzero"`
	Data     json.RawMessage `json:"data,omitempty"`     // of any shape; numbers are texts, mostly
	Syscheck json.RawMessage `json:"syscheck,omitempty"` // what changed in a file
	Previous string          `json:"previous_output,omitempty"`
	// Raw is the whole alert as it came.
	Raw json.RawMessage `json:"-"`
}

// AlertRule is the rule that fired.
type AlertRule struct {
	ID          Text        `json:"id"`
	Level       Int         `json:"level"` // 1 to 16
	Description string      `json:"description"`
	Groups      Strings     `json:"groups"`
	FiredTimes  Int         `json:"firedtimes,omitempty"`
	Frequency   Int         `json:"frequency,omitempty"` // of composite rules
	Mail        Flag        `json:"mail,omitempty"`
	Mitre       *AlertMitre `json:"mitre,omitempty"`
	PCIDSS      Strings     `json:"pci_dss,omitempty"`
	GDPR        Strings     `json:"gdpr,omitempty"`
	GPG13       Strings     `json:"gpg13,omitempty"`
	HIPAA       Strings     `json:"hipaa,omitempty"`
	NIST80053   Strings     `json:"nist_800_53,omitempty"`
	TSC         Strings     `json:"tsc,omitempty"`
}

// AlertMitre is what the rule says in terms of MITRE ATT&CK. The lists are not parallel.
type AlertMitre struct {
	ID        Strings `json:"id"`
	Tactic    Strings `json:"tactic"`
	Technique Strings `json:"technique"`
}

// AlertAgent is where it happened. IP is empty for agent 000.
type AlertAgent struct {
	ID     AgentID         `json:"id"`
	Name   string          `json:"name"`
	IP     Text            `json:"ip,omitempty"`
	Labels json.RawMessage `json:"labels,omitempty"`
}

// AlertManager is the server.
type AlertManager struct {
	Name string `json:"name"`
}

// AlertCluster is the cluster, and the node that made the alert.
type AlertCluster struct {
	Name string `json:"name"`
	Node string `json:"node"`
}

// Severity buckets the level as Wazuh's own pages do: low to 6, medium to 11, high to
// 14, critical.
func (r AlertRule) Severity() string {
	switch {
	case r.Level >= 15:
		return "critical"
	case r.Level >= 12:
		return "high"
	case r.Level >= 7:
		return "medium"
	}
	return "low"
}

// DecodeAlert reads a line of alerts.json or the source of a document.
func DecodeAlert(line []byte) (Alert, error) {
	var a Alert
	if err := json.Unmarshal(line, &a); err != nil {
		return Alert{}, fmt.Errorf("read an alert: %w", err)
	}
	a.Raw = slices.Clone(line)
	return a, nil
}

// Finding is what a rule of Wazuh 5 found, as a document of wazuh-findings-v5-* holds it.
type Finding struct {
	Time  Time `json:"@timestamp,omitzero"`
	Event struct {
		Kind     Text `json:"kind,omitempty"`
		Module   Text `json:"module,omitempty"`
		Action   Text `json:"action,omitempty"`
		Outcome  Text `json:"outcome,omitempty"`
		Original Text `json:"original,omitempty"` // the event as it came
		Document Text `json:"doc_id,omitempty"`   // of the event
	} `json:"event,omitzero"`
	Wazuh struct {
		Agent struct {
			ID      AgentID `json:"id"`
			Name    string  `json:"name"`
			Version Text    `json:"version,omitempty"`
			Groups  Strings `json:"groups,omitempty"`
			Host    struct {
				Hostname     Text    `json:"hostname,omitempty"`
				Architecture Text    `json:"architecture,omitempty"`
				IP           Strings `json:"ip,omitempty"`
				OS           struct {
					Name     Text `json:"name,omitempty"`
					Platform Text `json:"platform,omitempty"`
					Version  Text `json:"version,omitempty"`
				} `json:"os,omitzero"`
			} `json:"host,omitzero"`
		} `json:"agent"`
		Cluster     AlertCluster `json:"cluster,omitzero"`
		Integration struct {
			Name     Text    `json:"name,omitempty"`
			Category Text    `json:"category,omitempty"`
			Decoders Strings `json:"decoders,omitempty"`
		} `json:"integration,omitzero"`
		Rule FindingRule `json:"rule"`
	} `json:"wazuh"`
	// Raw is the whole document: ECS fields beside wazuh.*.
	Raw json.RawMessage `json:"-"`
}

// FindingRule is the rule that fired.
type FindingRule struct {
	ID     Text    `json:"id"`
	Title  string  `json:"title"`
	Level  string  `json:"level"` // informational, low, medium, high, critical
	Status Text    `json:"status,omitempty"`
	Tags   Strings `json:"tags,omitempty"`
	Mitre  struct {
		Tactic    FindingNames `json:"tactic,omitzero"`
		Technique FindingNames `json:"technique,omitzero"`
	} `json:"mitre,omitzero"`
	Compliance json.RawMessage `json:"compliance,omitempty"`
}

// FindingNames are ids and names. The lists are not parallel.
type FindingNames struct {
	ID   Strings `json:"id"`
	Name Strings `json:"name"`
}

// DecodeFinding reads the source of a document.
func DecodeFinding(source []byte) (Finding, error) {
	var f Finding
	if err := json.Unmarshal(source, &f); err != nil {
		return Finding{}, fmt.Errorf("read a finding: %w", err)
	}
	f.Raw = slices.Clone(source)
	return f, nil
}
