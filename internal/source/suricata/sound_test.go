package suricata

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/socme-project/socme/soc"
)

// sound says what is wrong with an alert that was parsed twice: a parser is pure, its
// alerts travel as JSON without a loss, and stay small.
func sound(t *testing.T, a, again soc.Alert, line []byte) {
	t.Helper()
	if !reflect.DeepEqual(a, again) {
		t.Errorf("twice the same line:\n%+v\n%+v", a, again)
	}
	if !bytes.Equal(a.Raw, line) {
		t.Errorf("raw is not the line")
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatalf("marshal the alert: %v", err)
	}
	var back soc.Alert
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("unmarshal the alert: %v", err)
	}
	a.Raw, back.Raw = nil, nil
	if len(a.Details) == 0 {
		a.Details = back.Details // none is none
	}
	if !reflect.DeepEqual(a, back) {
		t.Errorf("there and back:\n%+v\n%+v", a, back)
	}
	// A backslash in the text stands there as two.
	if bytes.Contains(bytes.ReplaceAll(text, []byte(`\\`), nil), []byte(`\u0000`)) {
		t.Errorf("a NUL in %s", text)
	}
	size := 0
	for _, d := range a.Details {
		size += len(d.Name) + len(d.Value)
	}
	if len(a.Details) > 2*128 || size > 2*20<<10 || len(soc.Observables(&a)) > 64 { // twice: Suricata's and Wazuh's
		t.Errorf("%d details of %d bytes", len(a.Details), size)
	}
}
