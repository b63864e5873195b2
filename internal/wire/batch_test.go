package wire_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

func sample(t testing.TB, n int) (wire.Header, []wire.Encoded) {
	t.Helper()
	header := wire.Header{Epoch: "e1", Lane: soc.LaneNormal, Latest: 12, SentTime: time.UnixMilli(1_700_000_000_000).UTC(), Signature: []byte{1, 2}}
	records := make([]wire.Encoded, n)
	for i := range records {
		alert := soc.Alert{Rule: soc.Rule{Engine: soc.EngineSuricata, ID: "9000001", Name: "naïve \x00 name"}, Severity: soc.SeverityLow}
		alert.Raw = []byte("{\"a\":\"\xff\xfe not utf-8\"}")
		alert.ID = soc.NewAlertID(time.UnixMilli(int64(i)), "n1", alert.Raw)
		normal, err := json.Marshal(alert)
		if err != nil {
			t.Fatal(err)
		}
		records[i] = wire.Encoded{
			Record: soc.Record{Seq: uint64(i + 1), AlertID: alert.ID, RawHash: alert.RawHash(), Dropped: i%3 == 2},
			Value:  soc.Hash{byte(i)}, Alert: normal, Raw: alert.Raw,
		}
		if records[i].Dropped {
			records[i].Raw = nil
		}
	}
	return header, records
}

func TestBatchSurvivesTheWireToTheByte(t *testing.T) {
	header, records := sample(t, 7)
	enc, err := wire.NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	dec, err := wire.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the encoder's buffers are used again
		body, err := enc.Encode(header, records)
		if err != nil {
			t.Fatal(err)
		}
		gotHeader, items, err := dec.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		want := header
		want.Count = len(records)
		if diff := cmp.Diff(want, gotHeader); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
		for i, it := range items {
			if it.Record != records[i].Record || it.Value != records[i].Value || string(it.Alert.Raw) != string(records[i].Raw) {
				t.Errorf("record %d = %+v, want %+v", i, it, records[i])
			}
		}
	}
}

func TestDecodeRefusesWhatIsNoBatch(t *testing.T) {
	header, records := sample(t, 3)
	enc, _ := wire.NewEncoder()
	dec, _ := wire.NewDecoder()
	whole, err := enc.Encode(header, records)
	if err != nil {
		t.Fatal(err)
	}
	whole = append([]byte(nil), whole...)
	many, err := enc.Encode(header, make([]wire.Encoded, wire.MaxRecords+1))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		body []byte
	}{
		{"nothing", nil},
		{"text", []byte(`{"not":"zstd"}`)},
		{"a batch cut short", whole[:len(whole)/2]},
		{"more records than a batch may hold", many},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := dec.Decode(tt.body); !errors.Is(err, wire.ErrBatch) {
				t.Errorf("Decode = %v, want ErrBatch", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	header, records := sample(f, 3)
	enc, _ := wire.NewEncoder()
	dec, _ := wire.NewDecoder()
	whole, _ := enc.Encode(header, records)
	f.Add(append([]byte(nil), whole...))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, _, err := dec.Decode(body); err != nil && !errors.Is(err, wire.ErrBatch) {
			t.Errorf("Decode = %v, want ErrBatch", err)
		}
	})
}

func TestTokenIsOneWordAndComesBack(t *testing.T) {
	want := wire.Token{Cores: []string{"https://127.0.0.1:8443"}, Authority: soc.Hash{7}, Secret: "s3cret"}
	got, err := wire.ParseToken(" " + want.String() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "socme-node-", "hello", want.String()[:30]} {
		if _, err := wire.ParseToken(bad); !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("ParseToken(%q) = %v, want ErrInvalid", bad, err)
		}
	}
}
