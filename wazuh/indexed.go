package wazuh

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// Patterns of the indices.
const (
	AlertsIndex          = "wazuh-alerts-*"                 // 4.x
	FindingsIndex        = "wazuh-findings-v5-*"            // 5.0
	VulnerabilitiesIndex = "wazuh-states-vulnerabilities-*" // 4.8 and later
)

// Span narrows a search by time and place.
type Span struct {
	From, To time.Time // To is not part of it; zero is open
	Agents   []AgentID
	// Text that any field holds, in the indexer's query_string language.
	Text string
	// Query of the caller's, in the indexer's language, that must fit, too.
	Query any
	// Index replaces the pattern.
	Index      string
	Descending bool // newest first
	PageSize   int  // as in [Search]
	Live       bool // as in [Search]
}

// search makes it one. Agent is the field that holds an agent's id.
func (s Span) search(index, timeField, agent string, also ...jsonObject) Search {
	filter := also
	if !s.From.IsZero() || !s.To.IsZero() {
		span := jsonObject{"format": "strict_date_optional_time"}
		if !s.From.IsZero() {
			span["gte"] = s.From.UTC().Format(time.RFC3339Nano)
		}
		if !s.To.IsZero() {
			span["lt"] = s.To.UTC().Format(time.RFC3339Nano)
		}
		filter = append(filter, jsonObject{"range": jsonObject{timeField: span}})
	}
	if len(s.Agents) > 0 {
		filter = append(filter, jsonObject{"terms": jsonObject{agent: s.Agents}})
	}
	if s.Text != "" {
		filter = append(filter, jsonObject{"query_string": jsonObject{"query": s.Text, "lenient": true}})
	}
	search := Search{Index: index, Time: timeField, Descending: s.Descending, PageSize: s.PageSize, Live: s.Live}
	if s.Index != "" {
		search.Index = s.Index
	}
	var all []any
	for _, f := range filter {
		all = append(all, f)
	}
	if s.Query != nil {
		all = append(all, s.Query)
	}
	if len(all) > 0 {
		search.Query = jsonObject{"bool": jsonObject{"filter": all}}
	}
	return search
}

// decoded reads each document into T.
func decoded[T any](documents iter.Seq2[Document, error], decode func(Document) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for d, err := range documents {
			if err != nil {
				yield(none, err)
				return
			}
			item, err := decode(d)
			if err != nil {
				err = fmt.Errorf("%s/%s: %w", d.Index, d.ID, err)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// IndexedAlert is an alert and where it lies.
type IndexedAlert struct {
	Document Document
	Alert
}

// AlertSearch narrows a search for alerts.
type AlertSearch struct {
	Span
	MinLevel int      // of the rule, 1 to 16
	Rules    []string // ids
	Groups   []string // of the rule, any of them
}

// Alerts returns alerts of Wazuh 4, by time. One that cannot be read comes as an error
// that names it; the next ones follow if the reader goes on.
func (x *Indexer) Alerts(ctx context.Context, s AlertSearch) iter.Seq2[IndexedAlert, error] {
	var also []jsonObject
	if s.MinLevel > 0 {
		also = append(also, jsonObject{"range": jsonObject{"rule.level": jsonObject{"gte": s.MinLevel}}})
	}
	also = terms(also, "rule.id", s.Rules)
	also = terms(also, "rule.groups", s.Groups)
	documents := x.Documents(ctx, s.search(AlertsIndex, "@timestamp", "agent.id", also...))
	return decoded(documents, func(d Document) (IndexedAlert, error) {
		a, err := DecodeAlert(d.Source)
		return IndexedAlert{d, a}, err
	})
}

func terms(to []jsonObject, field string, values []string) []jsonObject {
	if len(values) == 0 {
		return to
	}
	return append(to, jsonObject{"terms": jsonObject{field: values}})
}

// IndexedFinding is a finding and where it lies.
type IndexedFinding struct {
	Document Document
	Finding
}

// FindingSearch narrows a search for findings.
type FindingSearch struct {
	Span
	Levels []string // informational, low, medium, high, critical
	Rules  []string // ids
}

// Findings returns findings of Wazuh 5, by time.
func (x *Indexer) Findings(ctx context.Context, s FindingSearch) iter.Seq2[IndexedFinding, error] {
	also := terms(terms(nil, "wazuh.rule.level", s.Levels), "wazuh.rule.id", s.Rules)
	documents := x.Documents(ctx, s.search(FindingsIndex, "@timestamp", "wazuh.agent.id", also...))
	return decoded(documents, func(d Document) (IndexedFinding, error) {
		f, err := DecodeFinding(d.Source)
		return IndexedFinding{d, f}, err
	})
}

// Vulnerability is one of a package of an agent's machine, as it is now.
type Vulnerability struct {
	Document      Document   `json:"-"`
	Agent         AlertAgent `json:"agent"` // also where Wazuh 5 has it elsewhere
	Vulnerability struct {
		ID          string `json:"id"`       // such as CVE-2026-1234
		Severity    string `json:"severity"` // Low, Medium, High, Critical, -
		Description string `json:"description,omitempty"`
		Reference   Text   `json:"reference,omitempty"`
		Score       struct {
			Base    float64 `json:"base"`
			Version Text    `json:"version"` // of CVSS
		} `json:"score"`
		Published  Time `json:"published_at,omitzero"`
		Detected   Time `json:"detected_at,omitzero"`
		UnderWatch Flag `json:"under_evaluation,omitempty"`
	} `json:"vulnerability"`
	Package struct {
		Name         string `json:"name"`
		Version      Text   `json:"version"`
		Type         Text   `json:"type,omitempty"`
		Architecture Text   `json:"architecture,omitempty"`
		Path         Text   `json:"path,omitempty"`
	} `json:"package"`
	Host struct {
		OS AgentOS `json:"os"`
	} `json:"host"`
}

// VulnerabilitySearch narrows a search for vulnerabilities. From and To are when they
// were detected.
type VulnerabilitySearch struct {
	Span
	Severities []string // Critical, High, Medium, Low
	IDs        []string // such as CVE-2026-1234
	Packages   []string // names
}

// Vulnerabilities returns what is vulnerable now, in Wazuh 4.8 and later, since its API
// no longer tells.
func (x *Indexer) Vulnerabilities(ctx context.Context, s VulnerabilitySearch) iter.Seq2[Vulnerability, error] {
	also := terms(nil, "vulnerability.severity", s.Severities)
	also = terms(also, "vulnerability.id", s.IDs)
	also = terms(also, "package.name", s.Packages)
	agents := s.Agents
	s.Agents = nil
	if len(agents) > 0 { // Wazuh 4 and 5 have it in different fields
		also = append(also, jsonObject{"bool": jsonObject{"minimum_should_match": 1, "should": []jsonObject{
			{"terms": jsonObject{"agent.id": agents}}, {"terms": jsonObject{"wazuh.agent.id": agents}},
		}}})
	}
	documents := x.Documents(ctx, s.search(VulnerabilitiesIndex, "vulnerability.detected_at", "agent.id", also...))
	return decoded(documents, func(d Document) (Vulnerability, error) {
		v, err := decodeVulnerability(d.Source)
		v.Document = d
		return v, err
	})
}

func decodeVulnerability(source []byte) (Vulnerability, error) {
	var v Vulnerability
	if err := json.Unmarshal(source, &v); err != nil {
		return v, fmt.Errorf("read a vulnerability: %w", err)
	}
	if v.Agent.ID == "" {
		v.Agent = stateAgent(source)
	}
	return v, nil
}

// stateAgent finds the agent of a state where Wazuh 5 has it.
func stateAgent(source []byte) AlertAgent {
	var of struct {
		Agent AlertAgent `json:"agent"`
		Wazuh struct {
			Agent AlertAgent `json:"agent"`
		} `json:"wazuh"`
	}
	_ = json.Unmarshal(source, &of) // without, it is nobody's
	if of.Agent.ID != "" {
		return of.Agent
	}
	return of.Wazuh.Agent
}

// StateKind is what a state tells of.
type StateKind string

// Kinds of states. Which of them there are depends on the version: 4.13 began with
// most, 4.14 added users, groups, services and extensions, 5.0 SCA.
const (
	StateSystem     StateKind = "inventory-system"
	StateHardware   StateKind = "inventory-hardware"
	StatePackages   StateKind = "inventory-packages"
	StatePorts      StateKind = "inventory-ports"
	StateProcesses  StateKind = "inventory-processes"
	StateNetworks   StateKind = "inventory-networks"
	StateInterfaces StateKind = "inventory-interfaces"
	StateProtocols  StateKind = "inventory-protocols"
	StateHotfixes   StateKind = "inventory-hotfixes"
	StateUsers      StateKind = "inventory-users"
	StateGroups     StateKind = "inventory-groups"
	StateServices   StateKind = "inventory-services"
	StateExtensions StateKind = "inventory-browser-extensions"
	StateFiles      StateKind = "fim-files"
	StateRegistry   StateKind = "fim-regist" // registries, registry-keys, registry-values
	StateSCA        StateKind = "sca"
)

// State is what is known of a machine now: a package, a port, a file and so on.
type State struct {
	Document Document // Source holds the fields of its kind
	Agent    AlertAgent
}

// States returns what is known now, of all machines or some; in no order of time, so
// From, To and Descending do not count.
func (x *Indexer) States(ctx context.Context, kind StateKind, s Span) iter.Seq2[State, error] {
	agents := s.Agents
	s.Agents, s.From, s.To, s.Descending = nil, time.Time{}, time.Time{}, false
	var also []jsonObject
	if len(agents) > 0 {
		also = append(also, jsonObject{"bool": jsonObject{"minimum_should_match": 1, "should": []jsonObject{
			{"terms": jsonObject{"agent.id": agents}}, {"terms": jsonObject{"wazuh.agent.id": agents}},
		}}})
	}
	documents := x.Documents(ctx, s.search("wazuh-states-"+string(kind)+"*", "", "", also...))
	return decoded(documents, func(d Document) (State, error) {
		return State{Document: d, Agent: stateAgent(d.Source)}, nil
	})
}
