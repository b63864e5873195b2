package suricata

import (
	"fmt"
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// members are the top-level fields of an EVE alert that have a place of their own in
// a soc.Alert.
type members struct {
	timestamp, eventType, alert        field.Value
	sourceIP, sourcePort               field.Value
	destinationIP, destinationPort     field.Value
	protocol, application, communityID field.Value
	sections                           [len(sections)]field.Value
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
	return m.soc(), true, nil
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
		case "src_ip":
			m.sourceIP = value
		case "src_port":
			m.sourcePort = value
		case "dest_ip":
			m.destinationIP = value
		case "dest_port":
			m.destinationPort = value
		case "proto":
			m.protocol = value
		case "app_proto":
			m.application = value
		case "community_id":
			m.communityID = value
		default:
			for i := range sections {
				if sections[i].key == key {
					m.sections[i] = value
				}
			}
		}
	}
}

// signature is the alert object.
type signature struct {
	gid, id, rev, name, category, action, severity, metadata field.Value
	source, target, xff, references                          field.Value
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
		case "source":
			s.source = value
		case "target":
			s.target = value
		case "xff":
			s.xff = value
		case "references":
			s.references = value
		}
	}
}

func (m *members) soc() soc.Alert {
	var s signature
	s.read(m.alert)
	meta := metadata{others: make(field.Details, 0, 12)}
	meta.read(s.metadata)
	a := soc.Alert{
		Severity:    severity(s.severity, meta.severity),
		Rule:        soc.Rule{Engine: soc.EngineSuricata, ID: ruleID(s.gid, s.id), Name: s.name.Text()},
		Category:    s.category.Text(),
		Action:      s.action.Text(),
		Source:      soc.Endpoint{Address: m.sourceIP.Address(), Port: m.sourcePort.Port()},
		Destination: soc.Endpoint{Address: m.destinationIP.Address(), Port: m.destinationPort.Port()},
		Protocol:    m.protocol.Text(),
		Application: m.application.Text(),
		CommunityID: m.communityID.Text(),
		MITRE:       meta.mitre(),
		Tags:        meta.tags,
		EventTime:   m.timestamp.Time(),
	}
	if a.Application == "failed" { // Suricata's word for "not recognised"
		a.Application = ""
	}
	a.Details = m.details(&s, &meta)
	return a
}

// ruleID is the signature's number, with the generator's before it where that is not
// 1: "2100498", "3:19187".
func ruleID(gid, id field.Value) string {
	number := field.Clip(id.Text(), 64)
	if g := field.Clip(gid.Text(), 64); g != "" && g != "1" {
		return g + ":" + number
	}
	return number
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
