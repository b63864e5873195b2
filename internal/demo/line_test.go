package demo

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

// each runs a test for each example client.
func each(t *testing.T, test func(t *testing.T, c Client)) {
	t.Helper()
	for _, c := range Clients() {
		t.Run(c.Key, func(t *testing.T) { test(t, c) })
	}
}

// recordedOf returns what both sensors of a client recorded.
func recordedOf(t *testing.T, c Client) [sensors][][]byte {
	t.Helper()
	eve, err := c.Eve()
	if err != nil {
		t.Fatal(err)
	}
	alerts, err := c.Wazuh()
	if err != nil {
		t.Fatal(err)
	}
	return [sensors][][]byte{suricata: eve, wazuh: alerts}
}

func newTestStory(t *testing.T, c Client, seed uint64) *story {
	t.Helper()
	s, err := newStory(c, rand.New(rand.NewPCG(seed, seed)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheRecordingsHoldWhatTheDemoNeeds(t *testing.T) {
	needs := map[string]struct{ suricata, wazuh, fewest, most, each, size int }{
		"clinic":  {200, 100, 80, 200, 5, 1_500_000},
		"shop":    {80, 40, 40, 60, 2, 350_000},
		"factory": {80, 40, 40, 60, 2, 350_000},
	}
	signatures := map[string]string{}
	each(t, func(t *testing.T, c Client) {
		severities, rules, alerts, ids := map[soc.Severity]int{}, map[string]bool{}, [sensors]int{}, map[string]bool{}
		for s, lines := range recordedOf(t, c) {
			for _, raw := range lines {
				l, err := parse(sensor(s), raw)
				if err != nil {
					t.Fatalf("%v in %s", err, raw)
				}
				if l.severity == soc.SeverityUnknown {
					continue
				}
				alerts[s]++
				severities[l.severity]++
				rules[strconv.Itoa(s)+l.rule] = true
				if m := wazuhID.FindSubmatch(raw); sensor(s) == wazuh {
					ids[string(m[1])] = true
				}
				if other := signatures[l.rule]; sensor(s) == suricata && other != "" && other != c.Key {
					t.Errorf("rule %s is another one at %s", l.rule, other)
				} else if sensor(s) == suricata {
					signatures[l.rule] = c.Key
				}
			}
		}
		need := needs[c.Key]
		if alerts[suricata] < need.suricata || alerts[wazuh] < need.wazuh || len(ids) != alerts[wazuh] {
			t.Errorf("%v alerts, %d ids", alerts, len(ids))
		}
		wantAbout(t, "rules", len(rules), need.fewest, need.most)
		for severity := soc.SeverityInformational; severity <= soc.SeverityCritical; severity++ {
			if severities[severity] < need.each {
				t.Errorf("%d alerts are %v", severities[severity], severity)
			}
		}
		for _, name := range []string{"attack.pcap", "eve.jsonl", "wazuh.jsonl"} {
			if info, err := os.Stat(filepath.Join("recording", c.Key, name)); err != nil || info.Size() > int64(need.size) {
				t.Errorf("%s is too big for the repository, or absent: %v", name, err)
			}
		}
	})
}

// Replayed at its own time with its own numbers, a line must be what the sensor wrote: no byte outside the marks may
// change, and inside them the sensor's own format must come back.
func TestALineReplayedAtItsOwnTimeIsTheRecordedOneToTheByte(t *testing.T) {
	each(t, func(t *testing.T, c Client) {
		for s, lines := range recordedOf(t, c) {
			for _, raw := range lines {
				l, err := parse(sensor(s), raw)
				if err != nil {
					t.Fatal(err)
				}
				f := fresh{at: l.at}
				if m := flowID.FindSubmatch(raw); m != nil {
					f.flow, _ = strconv.ParseUint(string(m[1]), 10, 64)
				}
				if m := wazuhID.FindSubmatch(raw); m != nil {
					f.id = string(m[1])
				}
				if got := l.appendTo(nil, f); string(got) != string(raw)+"\n" {
					t.Errorf("recorded %s\nreplayed %s", raw, got)
				}
			}
		}
	})
}

// At another time no time of the recording's day may stay behind.
func TestALineReplayedLaterKeepsNoTimeOfItsRecording(t *testing.T) {
	each(t, func(t *testing.T, c Client) {
		for s, lines := range recordedOf(t, c) {
			for _, raw := range lines {
				l, err := parse(sensor(s), raw)
				if err != nil {
					t.Fatal(err)
				}
				got := l.appendTo(nil, fresh{at: l.at.AddDate(3, 2, 9), flow: 1 << 50, id: "1.2"})
				if !json.Valid(got) {
					t.Fatalf("not JSON: %s", got)
				}
				for _, layout := range []string{"2006-01-02", "2006/01/02", "02/Jan/2006", "Jan _2 15:"} {
					if old := l.at.Format(layout); bytes.Contains(got, []byte(old)) {
						t.Errorf("%s stayed in %s", old, got)
					}
				}
				if old := strconv.FormatInt(l.at.Unix(), 10); sensor(s) == wazuh && bytes.Contains(got, []byte(old)) {
					t.Errorf("%s stayed in %s", old, got)
				}
			}
		}
	})
}

func TestMarks(t *testing.T) {
	at := time.Date(2031, 2, 3, 4, 5, 6, 789_123_000, time.UTC)
	f := fresh{at: at, flow: 42, id: "1927857906.77"}
	tests := []struct {
		name      string
		sensor    sensor
		raw, want string
	}{
		{
			"Suricata's times keep their distance, its flow is fresh", suricata,
			`{"timestamp":"2026-11-24T10:00:01.500000+0000","flow_id":7,"flow":{"start":"2026-11-24T10:00:00.250000+0000"}}`,
			`{"timestamp":"2031-02-03T04:05:06.789123+0000","flow_id":42,"flow":{"start":"2031-02-03T04:05:05.539123+0000"}}`,
		},
		{
			"a certificate's dates are facts", suricata,
			`{"timestamp":"2026-11-24T10:00:01.500000+0000","tls":{"notafter":"2026-12-24T10:00:00"}}`,
			`{"timestamp":"2031-02-03T04:05:06.789123+0000","tls":{"notafter":"2026-12-24T10:00:00"}}`,
		},
		{
			"Wazuh's id is fresh, its rule's and agent's stay", wazuh,
			`{"timestamp":"2026-11-24T10:00:01.500+0000","rule":{"id":"5710"},"agent":{"id":"001"},"id":"1795514401.9"}`,
			`{"timestamp":"2031-02-03T04:05:06.789+0000","rule":{"id":"5710"},"agent":{"id":"001"},"id":"1927857906.77"}`,
		},
		{
			"quoted logs tell the time in their own way", wazuh,
			`{"timestamp":"2026-11-24T10:00:01.500+0000","full_log":"Nov 24 10:00:00 web sshd[1]","a":"[24/Nov/2026:10:00:01 +0000]","b":"audit(1795514401.218:1)"}`,
			`{"timestamp":"2031-02-03T04:05:06.789+0000","full_log":"Feb  3 04:05:05 web sshd[1]","a":"[03/Feb/2031:04:05:06 +0000]","b":"audit(1927857906.218:1)"}`,
		},
		{
			"Windows counts to 100 nanoseconds", wazuh,
			`{"timestamp":"2026-11-24T10:00:01.500+0000","systemTime":"2026-11-24T10:00:01.5000000Z","published":"2024-07-01T12:37:00Z"}`,
			`{"timestamp":"2031-02-03T04:05:06.789+0000","systemTime":"2031-02-03T04:05:06.7891230Z","published":"2024-07-01T12:37:00Z"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := parse(tt.sensor, []byte(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want+"\n", string(l.appendTo(nil, f))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadThingsAreRare(t *testing.T) {
	each(t, func(t *testing.T, c Client) {
		story := newTestStory(t, c, 9)
		count, total := map[soc.Severity]int{}, 60_000
		for range total {
			count[story.live().severity]++
		}
		informational, low, medium := count[soc.SeverityInformational], count[soc.SeverityLow], count[soc.SeverityMedium]
		high, critical := count[soc.SeverityHigh], count[soc.SeverityCritical]
		if min(informational, low) <= medium || medium <= 3*high || high <= 2*critical {
			t.Errorf("of %d alerts: %v", total, count)
		}
		wantAbout(t, "alerts for a critical one", total/critical, 110, 190)
	})
}

func TestTheSameDiceTellTheSameStory(t *testing.T) {
	each(t, func(t *testing.T, c Client) {
		var told [2][]moment
		for i := range told {
			told[i] = newTestStory(t, c, 10).history(time.Unix(0, 0).UTC(), time.Unix(86400, 0).UTC())
		}
		for i, m := range told[0] {
			if o := told[1][i]; !m.at.Equal(o.at) || !bytes.Equal(m.line.raw, o.line.raw) {
				t.Fatalf("moment %d differs", i)
			}
		}
	})
}
