package suricata

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/socme-project/socme/internal/source/field"
	"github.com/socme-project/socme/soc"
)

// The fields that the parser itself looks at, as their places in kept, counted from 1.
const (
	theType = iota + 1
	theAlert
	timestamp
	flowID
	transactionID
	frameID
	generator
	signatureID
	revision
	signature
	category
	action
	priority
	word // signature_severity
	tacticIDs
	tacticNames
	techniqueIDs
	techniqueNames
	tag
	family
	keeps = iota
)

// kept are those fields of one event.
type kept [keeps]field.Value

func (k *kept) at(place int) field.Value { return k[place-1] }

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
	a, is, err := event(object) // nearly all lines that come here are alerts
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
	if !isAlert(object.Get(eventType)) {
		return soc.Alert{}, false, nil
	}
	return event(object)
}

// event is Event without a look ahead.
func event(object field.Value) (soc.Alert, bool, error) {
	var (
		a soc.Alert
		k kept
	)
	d := field.Details{List: make([]soc.Detail, 0, 32)}
	table.Fill(&a, &d, object, k[:])
	if !isAlert(k.at(theType)) {
		return soc.Alert{}, false, nil
	}
	if !k.at(theAlert).IsObject() {
		return soc.Alert{}, false, fmt.Errorf("read an eve event: %w: event_type is alert and there is no alert object", soc.ErrInvalid)
	}
	a.Severity = severity(k.at(priority), k.at(word).Text())
	a.Rule = soc.Rule{Engine: soc.EngineSuricata, ID: k.rule(), Name: k.at(signature).Text()}
	a.Category = k.at(category).Text()
	a.Action = k.at(action).Text()
	a.MITRE = k.mitre()
	a.Tags = field.AddTags(field.AddTags(nil, k.at(tag).Texts()...), k.at(family).Texts()...)
	a.EventTime = k.at(timestamp).Time()
	a.Details = d.List
	if a.Application == "failed" { // Suricata's word for "not recognised"
		a.Application = ""
	}
	a.EventKey = k.key(&a)
	return a, true, nil
}

// isAlert compares by text, since any letter of it may be written as an escape.
func isAlert(v field.Value) bool {
	return len(v) > 0 && v[0] == '"' && v.Text() == "alert"
}

// key is what makes the event itself, in what Wazuh leaves as it was. The flow's number
// is the best of it; community_id, or the two sides, stand for it where Suricata gives
// none.
func (k *kept) key(a *soc.Alert) soc.EventKey {
	flow := rounded(k.at(flowID))
	if flow == "" {
		flow = a.CommunityID
	}
	if flow == "" {
		flow = fmt.Sprint(a.Source, a.Destination, a.Protocol)
	}
	return soc.NewEventKey(a.EventTime, flow, number(k.at(generator)), number(k.at(signatureID)), number(k.at(revision)),
		k.at(timestamp).Text(), number(k.at(transactionID)), number(k.at(frameID))) // one packet may hold many frames
}

// number is a whole number's digits, however it is written: Wazuh writes those beyond
// 31 bits as "4294967295.000000", and what is not there as "null".
func number(v field.Value) string {
	text := field.Clip(v.Text(), 64)
	if text == "null" {
		return ""
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && i > 0 && strings.Trim(text[i+1:], "0") == "":
			return text[:i]
		default:
			return text
		}
	}
	return text
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
func (k *kept) rule() string {
	id := number(k.at(signatureID))
	if gid := number(k.at(generator)); gid != "" && gid != "1" {
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
