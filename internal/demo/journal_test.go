package demo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOpenJournal(t *testing.T) {
	const first, second = `{"timestamp":"2026-11-24T10:00:01.000+0000"}`, `{"timestamp":"2026-11-24T10:00:02.000+0000"}`
	tests := []struct {
		name           string
		file, rotated  string
		want, wantFile string // the last line, and what is left of the file
	}{
		{"an absent file has no last line", "", "", "", ""},
		{"the last line is found", first + "\n" + second + "\n", "", second, first + "\n" + second + "\n"},
		{"what a killed process left of a line is cut off", first + "\n" + second[:20], "", first, first + "\n"},
		{"a file of nothing else is emptied", second[:20], "", "", ""},
		{"after a rotation the file before is asked", "", first + "\n", first, ""},
		{"a line that tells no time is passed over", first + "\nhello\n", "", first, first + "\nhello\n"},
		{"long files are read from their end", strings.Repeat(first+"\n", 5000) + second + "\n", "", second, strings.Repeat(first+"\n", 5000) + second + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.json")
			for name, content := range map[string]string{path: tt.file, path + ".1": tt.rotated} {
				if content == "" {
					continue
				}
				if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			j, last, err := openJournal(path, journalSize)
			if err != nil {
				t.Fatal(err)
			}
			defer j.close()
			if diff := cmp.Diff(tt.want, string(last)); diff != "" {
				t.Error(diff)
			}
			if err := j.write([]byte("next\n")); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.wantFile+"next\n", string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
