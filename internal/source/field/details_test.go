package field_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/source/field"
)

func TestDetailsAreBounded(t *testing.T) {
	var many field.Details
	for i := range 200 {
		many.Add("n", strconv.Itoa(i))
	}
	if len(many.List) != 128 || many.List[127].Value != "127" {
		t.Errorf("%d details of 200, the last %v", len(many.List), many.List[len(many.List)-1])
	}
	var long field.Details
	for i := range 20 {
		long.Add("n", strings.Repeat("v", 2000)+strconv.Itoa(i))
	}
	long.Add("short", "one still fits")
	if len(long.List) != 11 || long.List[10].Name != "short" {
		t.Errorf("%d details, the last %q", len(long.List), long.List[len(long.List)-1].Name)
	}
}

func TestADetailStandsOnce(t *testing.T) {
	var d field.Details
	for _, value := range []string{"a", "a", "", "-", "null", "(null)", "b"} {
		d.Add("n", value)
	}
	if len(d.List) != 2 || d.List[1].Value != "b" {
		t.Errorf("%v", d.List)
	}
}
