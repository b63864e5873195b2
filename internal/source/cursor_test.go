package source

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheHeadGrowsWithTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	follow(t, path, n)
	for _, lines := range []int{1, 3, 20, 500} {
		w.write(lines)
		wait(t, "the lines", func() bool { return n.count() == w.next })
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := tellingHead(whole)
		wait(t, "the cursor", func() bool { return n.resume()[0].HeadSize == len(want) })
		if c := n.resume()[0]; c.Head != sha256.Sum256(want) || c.Offset != int64(len(whole)) || c.Path != path || c.Source != "test" {
			t.Errorf("cursor %+v after %d bytes", c, len(whole))
		}
	}
}

func TestACursorFitsTheFileThatBeginsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	text := strings.Repeat("0123456789", 200)
	appendFile(t, path, text)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	head, err := readHead(file, make([]byte, headSize))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		head string
		want bool
	}{
		{"the same 1,024 bytes", text[:1024], true},
		{"a file that was short then", text[:10], true},
		{"one that was empty then", "", true},
		{"another file", strings.Repeat("x", 1024), false},
		{"one that differs in the last byte", text[:1023] + "x", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Cursor{HeadSize: len(tt.head), Head: sha256.Sum256([]byte(tt.head))}
			if got := c.begins(head); got != tt.want {
				t.Errorf("begins = %v, want %v", got, tt.want)
			}
		})
	}
}
