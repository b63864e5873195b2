package query

import (
	"slices"

	"github.com/socme-project/socme/soc"
)

// Field is what a term looks at.
type Field string

// The fields. Text is a word or phrase without a field.
const (
	Client      Field = "client"
	Node        Field = "node"
	Severity    Field = "severity"
	RuleID      Field = "rule"
	RuleName    Field = "name"
	Engine      Field = "engine"
	Category    Field = "category"
	Action      Field = "action"
	Source      Field = "src"
	Destination Field = "dst"
	Address     Field = "ip"
	Port        Field = "port"
	SourcePort  Field = "sport"
	DestPort    Field = "dport"
	Protocol    Field = "proto"
	Application Field = "app"
	Host        Field = "host"
	Agent       Field = "agent"
	User        Field = "user"
	Email       Field = "email"
	File        Field = "file"
	Hash        Field = "hash"
	URL         Field = "url"
	Domain      Field = "domain"
	Process     Field = "process"
	Tag         Field = "tag"
	Technique   Field = "technique"
	Tactic      Field = "tactic"
	Community   Field = "community"
	Via         Field = "via"
	StateOf     Field = "is"
	Owner       Field = "owner"
	VerdictOf   Field = "verdict"
	After       Field = "after"
	Before      Field = "before"
	ID          Field = "id"
	Has         Field = "has"
	Text        Field = ""
)

// Kind is what the values of a field are.
type Kind string

// The kinds.
const (
	KindText     Kind = "text"     // words beside each other
	KindWord     Kind = "word"     // any of several values, whole or with a wildcard at an end
	KindName     Kind = "name"     // one value of which there are few: wildcards anywhere
	KindSeverity Kind = "severity" // ordered
	KindAddress  Kind = "address"  // or a network
	KindPort     Kind = "port"     // ordered
	KindTime     Kind = "time"
	KindState    Kind = "state"
	KindVerdict  Kind = "verdict"
	KindID       Kind = "id"
	KindHas      Kind = "has"
)

// Info describes a field.
type Info struct {
	Name    Field
	Also    []Field // other names
	Kind    Kind
	Doc     string
	Example string
	// Core fields are what the core alone knows: a node's filter cannot ask for them.
	Core bool
	// Ends fields are also indexed backwards: their wildcard may stand at the beginning.
	Ends bool

	words func(*subject) []string // KindWord
}

// Fields describes every field that may stand before an operator, in the order in
// which they are worth reading.
func Fields() []Info { return slices.Clone(table) }

var table = []Info{
	{Name: Client, Kind: KindName, Doc: "the client's name", Example: `client:acme`},
	{Name: Node, Kind: KindName, Core: true, Doc: "the node's name", Example: `node:gate`},
	{Name: Severity, Also: []Field{"level"}, Kind: KindSeverity, Doc: "unknown, informational (info), low, medium, high or critical; a higher one is worse", Example: `severity>=high`},
	{Name: RuleID, Also: []Field{"sid"}, Kind: KindName, Doc: "the rule's number", Example: `rule:86*`},
	{Name: RuleName, Also: []Field{"signature"}, Kind: KindText, Doc: "words of the rule's name; = is the whole name", Example: `name:"brute force"`},
	{Name: Engine, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.Rule.Engine }), Doc: "whose rule it is: suricata, wazuh or socme", Example: `engine:wazuh`},
	{Name: Category, Also: []Field{"class"}, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.Category }), Doc: "the rule's category", Example: `category:"attempted *"`},
	{Name: Action, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.Action }), Doc: "what the sensor did: allowed or blocked", Example: `action:blocked`},
	{Name: Source, Also: []Field{"source"}, Kind: KindAddress, Doc: "source address or network", Example: `src:10.0.0.0/8`},
	{Name: Destination, Also: []Field{"dest", "destination"}, Kind: KindAddress, Doc: "destination address or network", Example: `dst:198.51.100.9`},
	{Name: Address, Also: []Field{"addr", "address"}, Kind: KindAddress, Doc: "source or destination", Example: `ip:2001:db8::/32`},
	{Name: Port, Kind: KindPort, Doc: "source or destination port", Example: `port:445`},
	{Name: SourcePort, Kind: KindPort, Doc: "source port", Example: `sport<1024`},
	{Name: DestPort, Kind: KindPort, Doc: "destination port", Example: `dport!=443`},
	{Name: Protocol, Also: []Field{"protocol"}, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.Protocol }), Doc: "TCP, UDP, ICMP …", Example: `proto:udp`},
	{Name: Application, Also: []Field{"application"}, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.Application }), Doc: "the protocol inside: http, tls, ssh …", Example: `app:ssh`},
	{Name: Host, Also: []Field{"hostname"}, Kind: KindWord, Ends: true, words: (*subject).hosts, Doc: "a host of either side, or the agent's name", Example: `host:web-*`},
	{Name: Agent, Kind: KindWord, words: (*subject).agents, Doc: "the Wazuh agent's name or number", Example: `agent:ward-pc-17`},
	{Name: User, Also: []Field{"username"}, Kind: KindWord, Ends: true, words: (*subject).users, Doc: "a user of either side, or in the details", Example: `user:root`},
	{Name: Email, Also: []Field{"mail"}, Kind: KindWord, Ends: true, words: observed(soc.ObservableEmail), Doc: "a mail address", Example: `email:*@example.com`},
	{Name: File, Kind: KindWord, Ends: true, words: (*subject).files, Doc: "the file's path, or its name alone", Example: `file:*.php`},
	{Name: Hash, Also: []Field{"md5", "sha1", "sha256"}, Kind: KindWord, words: observed(soc.ObservableHash), Doc: "md5, sha1 or sha256 of a file, or a fingerprint", Example: `hash:44d88612fea8a8f36de82e1278abb02f`},
	{Name: URL, Also: []Field{"uri"}, Kind: KindWord, Ends: true, words: (*subject).urls, Doc: "a URL, whole or its path", Example: `url:/wp-login.php*`},
	{Name: Domain, Also: []Field{"dns"}, Kind: KindWord, Ends: true, words: observed(soc.ObservableDomain), Doc: "a domain: DNS, TLS, HTTP", Example: `domain:*.example.net`},
	{Name: Process, Kind: KindWord, Ends: true, words: (*subject).processes, Doc: "the program's path, or its name alone", Example: `process:powershell.exe`},
	{Name: Tag, Also: []Field{"group", "tags", "groups"}, Kind: KindWord, words: (*subject).tags, Doc: "a tag or a group of the rule, or a tag that people gave", Example: `-tag:scanner`},
	{Name: Technique, Also: []Field{"mitre", "attack"}, Kind: KindWord, words: (*subject).techniques, Doc: "ATT&CK technique by number or name; T1110 is all of T1110.*, too", Example: `technique:T1110`},
	{Name: Tactic, Kind: KindWord, words: (*subject).tactics, Doc: "ATT&CK tactic", Example: `tactic:"credential access"`},
	{Name: Community, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.CommunityID }), Doc: "the flow's Community ID", Example: `community:"1:LQU9qZlK+B5F3KDmev6m5PMibrg="`},
	{Name: Via, Kind: KindWord, words: one(func(a *soc.StoredAlert) string { return a.Via }), Doc: "who passed the event on, if not the rule's own engine: wazuh", Example: `via:wazuh`},
	{Name: StateOf, Also: []Field{"state", "status"}, Kind: KindState, Core: true, Doc: "open, acknowledged, escalated or resolved; mine or unclaimed; demo", Example: `is:open`},
	{Name: Owner, Also: []Field{"assignee"}, Kind: KindName, Core: true, Doc: "who has claimed it", Example: `owner:alice`},
	{Name: VerdictOf, Kind: KindVerdict, Core: true, Doc: "true-positive, false-positive, benign or expected", Example: `verdict:false-positive`},
	{Name: After, Also: []Field{"since", "from"}, Kind: KindTime, Doc: "that moment or later", Example: `after:-24h`},
	{Name: Before, Also: []Field{"until", "to"}, Kind: KindTime, Doc: "earlier than that moment", Example: `before:2026-01-31`},
	{Name: ID, Kind: KindID, Doc: "the alert's id", Example: `id:019b76daa8007b98e46675d36ddb3823`},
	{Name: Has, Kind: KindHas, Doc: "that field has any value", Example: `-has:user`},
}

// Named finds a field by its name or another of its names.
func Named(name Field) (Info, bool) {
	for i := range table {
		if table[i].Name == name || slices.Contains(table[i].Also, name) {
			return table[i], true
		}
	}
	return Info{}, false
}

// Ops lists the operators that the field knows, as they are written.
func (i *Info) Ops() []string {
	switch i.Kind {
	case KindSeverity, KindPort:
		return []string{":", "=", "!=", ">", ">=", "<", "<="}
	case KindWord, KindName, KindText, KindAddress:
		return []string{":", "=", "!="}
	}
	return []string{":"}
}

// hasFields lists the fields that may stand after has:.
func hasFields() []Field {
	var names []Field
	for i := range table {
		if table[i].mayLack() {
			names = append(names, table[i].Name)
		}
	}
	return names
}

func (i *Info) mayLack() bool {
	switch i.Name {
	case Engine:
		return false
	case Owner, VerdictOf:
		return true
	}
	return i.Kind == KindWord || i.Kind == KindAddress || i.Kind == KindPort
}
