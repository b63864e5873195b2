package query_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The golden file shows each wrong query, the place that the error points at, and what it
// says.
func TestErrorsPointAtWhatIsWrong(t *testing.T) {
	const file = "testdata/errors.txt"
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(string(golden)), "\n\n") {
		text, _, _ := strings.Cut(block, "\n")
		_, err := query.Parse(text, query.Asker{Now: now})
		var where *query.Error
		if !errors.As(err, &where) {
			t.Errorf("%s: %v, want an error", text, err)
			continue
		}
		fmt.Fprintf(&got, "%s\n%s^ %s\n  %s\n\n", text, strings.Repeat(" ", where.Column-1), where.Value, where.Message)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(golden), got.String()); diff != "" && !*update {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func checkError(t *testing.T, text string, err error) {
	t.Helper()
	var where *query.Error
	if !errors.As(err, &where) || !errors.Is(err, soc.ErrInvalid) {
		t.Fatalf("Parse(%q) = %v, want an *Error that is ErrInvalid", text, err)
	}
	if n := utf8.RuneCountInString(text); where.Column < 1 || where.Column > n+1 {
		t.Errorf("Parse(%q) points at column %d of %d", text, where.Column, n)
	}
	if where.Message == "" {
		t.Errorf("Parse(%q) says nothing", text)
	}
}
