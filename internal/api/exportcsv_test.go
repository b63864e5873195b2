package api

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/soc"
)

func TestAnExportIsNoFormula(t *testing.T) {
	alert := soc.StoredAlert{Alert: soc.Alert{
		Rule:   soc.Rule{Engine: soc.EngineWazuh, ID: "1", Name: `=HYPERLINK("http://evil.example","open, please")`},
		Source: soc.Endpoint{User: "+1", Host: "@SUM(A1)"}, Action: "-2", Category: "\tx", Application: "\"quoted\",\nand a line", Tags: []string{"a"},
	}, PeopleTags: []string{"b"}}
	var out bytes.Buffer
	e := export{API: &API{looks: newLooks(&API{Now: time.Now})}, left: 1, page: []soc.StoredAlert{alert}}
	if err := e.write(t.Context(), &out, "csv", chosen([]string{"name", "user", "host", "action", "category", "application", "tags"})); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	want := "name|user|host|action|category|application|tags\n" +
		`'=HYPERLINK("http://evil.example","open, please")|'+1|'@SUM(A1)|'-2|` + "'\tx|\"quoted\",\nand a line|a b"
	if err != nil || len(rows) != 2 || strings.Join(rows[0], "|")+"\n"+strings.Join(rows[1], "|") != want {
		t.Errorf("the file is %q, %v; want %q", rows, err, want)
	}
	if len(chosen(nil)) != 24 || len(alert.Tags) != 1 {
		t.Errorf("%d columns, the alert has the tags %v", len(chosen(nil)), alert.Tags)
	}
}
