package query_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func alert() *soc.StoredAlert {
	return &soc.StoredAlert{
		Client: "Clinic Saint-Luc",
		Alert: soc.Alert{
			Severity:    soc.SeverityHigh,
			Rule:        soc.Rule{Engine: soc.EngineSuricata, ID: "9000001", Name: "SSH: Brute-force, then Éclair"},
			Source:      soc.Endpoint{Address: netip.MustParseAddr("10.1.2.3"), Host: "ward-pc-17"},
			Destination: soc.Endpoint{Address: netip.MustParseAddr("2001:db8::7")},
			Details:     []soc.Detail{{Name: "http url", Value: "/index.php?id=1%20OR"}},
			File:        &soc.File{Path: "/srv/upload/shell.php", MD5: "0123456789abcdef0123456789abcdef"},
			Process:     &soc.Process{Path: `C:\Windows\notepad.exe`, ID: "4711", Command: "notepad -x secret", Parent: "/bin/parent"},
			EventTime:   now.Add(-time.Hour),
		},
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		query string
		want  bool
	}{
		{"", true},
		{"client:\"clinic saint-luc\"", true},
		{"client:acme", false},
		{"severity>=high", true},
		{"severity>high", false},
		{"severity:high", true},
		{"severity<=medium", false},
		{"rule:9000001", true},
		{"rule:900000", false},
		{"src:10.1.2.3", true},
		{"src:10.0.0.0/8", true},
		{"src:10.2.0.0/16", false},
		{"dst:2001:db8::/32", true},
		{"dst:10.0.0.0/8", false},
		{"after:-2h", true},
		{"after:-30m", false},
		{"before:2026-03-02", false},
		{"before:2026-03-02T11:30:00Z after:2026-03-02", true},
		{"brute", true},
		{"BRUT", true},
		{"rute", false},
		{`"brute force"`, true},
		{`"brute forc"`, false},
		{"brute-forc", true},
		{`"force brute"`, false},
		{"éclair", true},
		{"ward-pc", true},
		{"10.1.2.3", true},
		{"2001:db8::7", true},
		{"index.php", true},
		{"shell.php", true},
		{"0123456789abcdef0123456789abcdef", true},
		{"notepad.exe", true},
		{"secret", true},
		{"parent", true},
		{"4711", false},
		{"severity>=low brute src:10.1.2.0/24", true},
		{"severity>=low brute src:10.9.2.0/24", false},
		{"-", true},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			q, err := query.Parse(tt.query, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := q.Match(alert()); got != tt.want {
				t.Errorf("Match = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParsePointsAtWhatIsWrong(t *testing.T) {
	tests := []struct {
		query  string
		column int
	}{
		{"severity>=hihg", 1},
		{"ssh clinet:acme", 5},
		{"src:10.0.0.0/99", 1},
		{"word after:yesterday", 6},
		{`one "two three`, 5},
		{"client:", 1},
		{"src>=10.0.0.1", 1},
		{"source:10.0.0.1", 1},
		{"level>=high", 1},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			_, err := query.Parse(tt.query, now)
			var where *query.Error
			if !errors.As(err, &where) || where.Column != tt.column || !errors.Is(err, soc.ErrInvalid) {
				t.Errorf("Parse = %v, want an error at column %d", err, tt.column)
			}
		})
	}
}

func TestAnAlertWithoutTimeIsOlderThanEverything(t *testing.T) {
	a := alert()
	a.EventTime = time.Time{}
	for text, want := range map[string]bool{"after:1971-01-01": false, "before:1971-01-01": true} {
		q, err := query.Parse(text, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Match(a); got != want {
			t.Errorf("%s: Match = %v, want %v", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`client:acme severity>=high "brute force" after:-24h`, "src:10.0.0.0/8", `"`, "a:b:c", "http://x", "-7d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := query.Parse(text, now)
		if err != nil && !errors.Is(err, soc.ErrInvalid) {
			t.Errorf("Parse(%q) = %v, want ErrInvalid", text, err)
		}
		q.Match(alert())
	})
}
