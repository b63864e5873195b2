package source

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func compressed(t *testing.T, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// While the node was down, the file that it was in was rotated and compressed, and
// another one after it, whose compression has not ended yet.
func TestCompressedFilesAreReadOnWhereThePlainOnesEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	stop := follow(t, path, n)
	w.write(300)
	wait(t, "the first lines", func() bool { return n.count() == 300 })
	stop()
	w.write(700)
	pack := func(name string, whole bool) (rest string) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		half := len(text) / 2
		packed := compressed(t, string(text[:half]), string(text[half:]))
		if !whole {
			packed, rest = packed[:len(packed)*2/3], packed[len(packed)*2/3:]
		}
		appendFile(t, name+".gz", packed)
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		return rest
	}
	rename(t, path, path+".2")
	pack(path+".2", true)
	_ = w.file.Close()
	w.create()
	w.write(50_000)
	rename(t, path, path+".1")
	rest := pack(path+".1", false)
	_ = w.file.Close()
	w.create()
	w.write(10)
	stop = follow(t, path, n)
	wait(t, "the live file, and what is there of the rest", func() bool { return n.times("51009") == 1 && n.count() > 1010 })
	pause(settled + 100*time.Millisecond) // a slow disk is no end of the file
	if n.count() >= w.next {
		t.Fatal("nothing is left to wait for")
	}
	stop() // and is waited for after another start, too
	w.write(10)
	stop = follow(t, path, n)
	wait(t, "the new lines", func() bool { return n.times("51019") == 1 })
	appendFile(t, path+".1.gz", rest)
	wait(t, "all lines", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
	wait(t, "the compressed files to be closed", func() bool { return openFiles(t, filepath.Dir(path)) == 2 }) // the writer's, and ours
	stop()
	w.write(1)
	follow(t, path, n)
	wait(t, "the last line", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
}

func TestAFileThatIsNoGzipKeepsNothingUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	stop := follow(t, path, n)
	w.write(300)
	wait(t, "the first lines", func() bool { return n.count() == 300 })
	stop()
	appendFile(t, path+".1.gz", strings.Repeat("this is no gzip\n", 100))
	good := compressed(t, numbered(300, 9000))
	bad := []byte(good)
	bad[len(bad)/2] ^= 0xff
	bad[len(bad)/2+1] ^= 0xff
	appendFile(t, path+".2.gz", string(bad))
	w.next = 9000
	w.write(10)
	follow(t, path, n)
	wait(t, "the live file", func() bool { return n.times("9009") == 1 })
	wait(t, "the broken files to be closed", func() bool { return openFiles(t, filepath.Dir(path)) == 2 })
	for i := 9000; i < 9010; i++ {
		if times := n.times(strconv.Itoa(i)); times != 1 {
			t.Errorf("line %d was read %d times", i, times)
		}
	}
}

// Times that gzip, or whoever copies, has not kept tell nothing.
func TestWazuhsDaysAreCaughtUpInTheOrderOfTheirNames(t *testing.T) {
	dir := t.TempDir()
	month := filepath.Join(dir, "2026", "Nov")
	if err := os.MkdirAll(month, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "alerts.json")
	n, w := newNode(), &writer{t: t, path: filepath.Join(month, "ossec-alerts-20.json")}
	link := func(name string) {
		_ = os.Remove(path)
		if w.file != nil {
			_ = w.file.Close()
		}
		w.path = filepath.Join(month, name)
		w.create()
		if err := os.Link(w.path, path); err != nil {
			t.Fatal(err)
		}
	}
	appendFile(t, filepath.Join(month, "ossec-alerts-19.json.gz"), compressed(t, "{\"n\":before us}\n"))
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(month, "ossec-alerts-19.json.gz"), past, past); err != nil {
		t.Fatal(err)
	}
	link("ossec-alerts-20.json")
	w.write(100)
	f := testFile(path)
	f.Rotated, f.Order = []string{filepath.Join(dir, "*", "*", "ossec-alerts-*.json*")}, filepath.Base
	stop := start(t, f, n)
	wait(t, "the first day", func() bool { return n.count() == 100 })
	stop()
	w.write(50)
	names := []string{"ossec-alerts-21.json", "ossec-alerts-22-001.json", "ossec-alerts-23.json", "ossec-alerts-24.json"}
	for _, name := range names {
		link(name)
		w.write(1000)
	}
	for i, name := range append([]string{"ossec-alerts-20.json"}, names[:3]...) {
		name = filepath.Join(month, name)
		if i%2 == 0 {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			appendFile(t, name+".gz", compressed(t, string(text)))
			appendFile(t, name+".sum", "{\"n\":sum}\n")
			name += ".gz"
		}
		lie := time.Now().Add(-time.Duration(i) * time.Hour) // the oldest is the youngest
		if err := os.Chtimes(name, lie, lie); err != nil {
			t.Fatal(err)
		}
	}
	start(t, f, n)
	wait(t, "all days", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
	for i, id := range n.order {
		if want := line(i); "{\"n\":"+id+"}\n" != want {
			t.Fatalf("line %d came as number %s", i, id)
		}
	}
	_ = w.file.Close()
}
