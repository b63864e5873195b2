package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/soc"
)

func TestLinesAreCutWhereverTheBlockEnds(t *testing.T) {
	for _, length := range []int{1, 100, blockSize - 1, blockSize, blockSize + 1, 2*blockSize + 7, soc.MaxRaw} {
		want := []string{strings.Repeat("a", length), "", strings.Repeat("b", length), "c"}
		path := filepath.Join(t.TempDir(), "f")
		appendFile(t, path, strings.Join(want, "\n")+"\nrest")
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		l := newLines(file, 0)
		var got []string
		most := 0
		for {
			n, err := l.fill()
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			most = max(most, cap(l.buf))
			tooLong, err := l.cut(func(line []byte) error { got = append(got, string(line)); return nil })
			if err != nil || tooLong != 0 {
				t.Fatal(tooLong, err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("length %d: %.200s", length, diff)
		}
		if want := int64(2*length + 5); l.offset != want {
			t.Errorf("length %d: offset %d, want %d", length, l.offset, want)
		}
		if string(l.last()) != "rest" {
			t.Errorf("length %d: the rest is gone", length)
		}
		if most > soc.MaxRaw+4*blockSize {
			t.Errorf("length %d: a buffer of %d bytes", length, most)
		}
	}
}

func TestALineWithoutEndDoesNotFillTheMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(64 << 20); err != nil { // zeros, and no newline
		t.Fatal(err)
	}
	l := newLines(file, 0)
	for {
		n, err := l.fill()
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		if _, err := l.cut(func([]byte) error { t.Error("a line"); return nil }); err != nil {
			t.Fatal(err)
		}
		if cap(l.buf) > soc.MaxRaw+4*blockSize {
			t.Fatalf("a buffer of %d bytes", cap(l.buf))
		}
	}
	if l.offset != 0 {
		t.Errorf("the cursor went into the line, to %d", l.offset)
	}
}
