package suricata

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// members are the top-level fields of an EVE event that the parser itself looks at.
// What else there is, table takes.
type members struct {
	timestamp, eventType, alert field.Value
	flowID, transactionID       field.Value
	frame                       field.Value
}

// Parse turns an EVE line into an alert; false means that the event is none. It
// errs on a line that is no JSON object, and on an alert without its alert object;
// any other oddity costs no more than the field that is odd. Lines that begin and
// end as an object does and are clearly no alert are not checked any further.
func Parse(node soc.NodeID, line []byte) (soc.Alert, bool, error) {
	if scan(line) == noise {
		return soc.Alert{}, false, nil
	}
	object, err := field.Line(line)
	if err != nil {
		return soc.Alert{}, false, fmt.Errorf("read an eve line: %w", err)
	}
	a, is, err := Event(object)
	if err != nil || !is {
		return soc.Alert{}, false, err
	}
	a.Raw = append(make([]byte, 0, len(line)), line...)
	a.ID = soc.NewAlertID(a.EventTime, node, a.Raw)
	return a, true, nil
}

// Event turns an EVE event into an alert without id and raw bytes; false means that
// it is none. It is what Parse does once the line is read, and serves whoever finds
// such an event inside another: Wazuh carries Suricata's as its data.
func Event(object field.Value) (soc.Alert, bool, error) {
	var m members
	m.read(object)
	if !isAlert(m.eventType) {
		return soc.Alert{}, false, nil
	}
	if !m.alert.IsObject() {
		return soc.Alert{}, false, fmt.Errorf("read an eve event: %w: event_type is alert and there is no alert object", soc.ErrInvalid)
	}
	return m.soc(object), true, nil
}

// isAlert compares by text, since any letter of it may be written as an escape.
func isAlert(v field.Value) bool {
	return len(v) > 0 && v[0] == '"' && v.Text() == "alert"
}

func (m *members) read(object field.Value) {
	for key, value := range object.Members() {
		switch key {
		case "timestamp":
			m.timestamp = value
		case eventType:
			m.eventType = value
		case "alert":
			m.alert = value
		case "flow_id":
			m.flowID = value
		case "tx_id":
			m.transactionID = value
		case "frame":
			m.frame = value
		}
	}
}

// signature is the alert object.
type signature struct {
	gid, id, rev, name, category, action, severity, metadata field.Value
}

func (s *signature) read(object field.Value) {
	for key, value := range object.Members() {
		switch key {
		case "gid":
			s.gid = value
		case "signature_id":
			s.id = value
		case "rev":
			s.rev = value
		case "signature":
			s.name = value
		case "category":
			s.category = value
		case "action":
			s.action = value
		case "severity":
			s.severity = value
		case "metadata":
			s.metadata = value
		}
	}
}

func (m *members) soc(object field.Value) soc.Alert {
	var s signature
	s.read(m.alert)
	var meta metadata
	meta.read(s.metadata)
	a := soc.Alert{
		Severity:  severity(s.severity, meta.severity),
		Rule:      soc.Rule{Engine: soc.EngineSuricata, ID: s.rule(), Name: s.name.Text()},
		Category:  s.category.Text(),
		Action:    s.action.Text(),
		MITRE:     meta.mitre(),
		Tags:      meta.tags,
		EventTime: m.timestamp.Time(),
	}
	d := field.Details{List: make([]soc.Detail, 0, 40)}
	table.Fill(&a, &d, object)
	a.Details = d.List
	if a.Application == "failed" { // Suricata's word for "not recognised"
		a.Application = ""
	}
	a.EventKey = m.key(&a, &s)
	return a
}

// key is what makes the event itself, in what Wazuh leaves as it was. The flow's number
// is the best of it; community_id, or the two sides, stand for it where Suricata gives
// none.
func (m *members) key(a *soc.Alert, s *signature) soc.EventKey {
	flow := rounded(m.flowID)
	if flow == "" {
		flow = a.CommunityID
	}
	if flow == "" {
		flow = fmt.Sprint(a.Source, a.Destination, a.Protocol)
	}
	return soc.NewEventKey(a.EventTime, flow, number(s.gid), number(s.id), number(s.rev), m.timestamp.Text(),
		number(m.transactionID), number(m.frame.Get("id"))) // one packet may hold many frames
}

// number is a whole number's digits, however it is written: Wazuh writes those beyond
// 31 bits as "4294967295.000000", and what is not there as "null".
func number(v field.Value) string {
	text := field.Clip(v.Text(), 64)
	digits, zeros, _ := strings.Cut(text, ".")
	switch {
	case text == "null":
		return ""
	case digits == "" || strings.Trim(digits, "0123456789") != "" || strings.Trim(zeros, "0") != "":
		return text
	}
	return digits
}

// rounded is number, of which Wazuh knows no more than a float64 holds.
func rounded(v field.Value) string {
	digits := number(v)
	if len(digits) <= 15 { // a float64 holds these
		return digits
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return digits
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// rule is the signature's number, with the generator's before it where that is not 1:
// "2100498", "3:19187".
func (s *signature) rule() string {
	id := number(s.id)
	if gid := number(s.gid); gid != "" && gid != "1" {
		return gid + ":" + id
	}
	return id
}

// severity maps a signature's priority, which Suricata does not clamp: 1 is the
// worst, and so is 0. Without a number it is unknown. The word is what the rule's
// author may have put into its metadata.
func severity(priority field.Value, word string) soc.Severity {
	if strings.EqualFold(word, "critical") {
		return soc.SeverityCritical
	}
	n, ok := priority.Int()
	switch {
	case !ok:
		return soc.SeverityUnknown
	case n <= 1:
		return soc.SeverityHigh
	case n == 2:
		return soc.SeverityMedium
	case n == 3:
		return soc.SeverityLow
	}
	return soc.SeverityInformational
}
