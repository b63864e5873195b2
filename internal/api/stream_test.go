package api_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestAStreamOfSeveralQueriesSaysWhichOfThemAnAlertFits(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := serve(t, d)
		s.raise(t, 3) // those with an even number are high, the others are not
		address := s.URL + "/api/v1/stream?query=severity%3E%3Dhigh&query=nothing-is-called-so&query="
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+s.token(t, soc.RoleViewer))
		request.Header.Set("Last-Event-ID", "1")
		answer, err := s.Client().Do(request)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("stream = %v, %v", answer, err)
		}
		defer func() { _ = answer.Body.Close() }()
		lines := bufio.NewScanner(answer.Body)
		for _, want := range []string{`"matches":[0,2]}`, `"matches":[2]}`} {
			for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: {\"id\"") {
				continue
			}
			if !strings.HasSuffix(lines.Text(), want) {
				t.Errorf("%q does not end with %s", lines.Text(), want)
			}
		}
	})
}

func TestAStreamIsRefusedForOneWrongQueryOfSeveral(t *testing.T) {
	s := serve(t, storetest.SQLite())
	status, body, _ := call(t, s.Client(), "GET", s.URL+"/api/v1/stream?query=severity:high&query=frobnicate:1", "", "Authorization", "Bearer "+s.token(t, soc.RoleViewer))
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "frobnicate") {
		t.Errorf("stream = %d %s", status, body)
	}
}
