package query_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
)

// The analyst's guide lists every field as the code describes it; -update writes the list.
func TestTheGuideListsEveryField(t *testing.T) {
	const file = "../../docs/analyst.md"
	guide, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| field | what it looks at | an example |\n|---|---|---|\n")
	for _, info := range query.Fields() {
		names := "`" + string(info.Name) + "`"
		for _, also := range info.Also {
			names += ", `" + string(also) + "`"
		}
		fmt.Fprintf(&want, "| %s | %s | `%s` |\n", names, info.Doc, info.Example)
	}
	before, rest, ok := strings.Cut(string(guide), "| field | what it looks at")
	_, after, end := strings.Cut(rest, "|\n\n")
	if !ok || !end {
		t.Fatal("the guide has no list of fields")
	}
	whole := before + want.String() + "\n" + after
	if *update {
		if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(guide), whole); diff != "" {
		t.Errorf("the guide's list of fields is not what the code says; run the test with -update (-guide +code):\n%s", diff)
	}
}
