package source

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func TestRunLosesNothingWhenTheFileIsRenamed(t *testing.T) {
	tests := []struct {
		name string
		late int // lines that the writer still puts into the old file
	}{
		{"the writer notices at once", 0},
		{"the writer notices late", 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "eve.json")
			w, n := newWriter(t, path), newNode()
			w.write(1)
			follow(t, path, n)
			wait(t, "the first line", func() bool { return n.count() == 1 })
			for range 40 {
				for range 300 {
					w.write(1)
				}
				w.rotate(tt.late)
			}
			wait(t, "all lines", func() bool { return n.count() >= w.next })
			// The writer's own, and ours of the file at the path.
			wait(t, "the old files to be closed", func() bool { w.write(1); return openFiles(t, filepath.Dir(path)) == 2 })
			wait(t, "all lines", func() bool { return n.count() >= w.next })
			n.exact(t, w.next)
		})
	}
}

// A line that comes into the old file after the new one exists is not lost, however
// much the new one has got meanwhile.
func TestTheOldFileIsReadAfterTheNewOneExists(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	follow(t, path, n)
	w.write(10)
	wait(t, "the old file", func() bool { return n.count() == 10 })
	old := w.file
	w.shift()
	w.create()
	w.write(10)
	wait(t, "the new file", func() bool { return n.count() == 20 })
	for range 5 {
		fresh := w.file
		w.file = old
		w.write(1)
		w.file = fresh
		w.write(1)
	}
	_ = old.Close()
	wait(t, "the late lines", func() bool { return n.count() == 30 })
	n.exact(t, 30)
}

// Nobody has written to the new file: the writer may go on with the old one for ever.
func TestTheOldFileIsKeptWhileTheNewOneIsEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	f := testFile(path)
	f.late = 30 * time.Millisecond
	start(t, f, n)
	w.write(1)
	wait(t, "the first line", func() bool { return n.count() == 1 })
	old := w.file
	w.shift()
	w.create()
	wait(t, "the new file to be opened", func() bool { return len(n.resume()) == 2 })
	batches := func() int { n.mu.Lock(); defer n.mu.Unlock(); return n.batches }
	before, deadline := batches(), time.Now().Add(200*time.Millisecond)
	wait(t, "the old file's time to be over", func() bool { return time.Now().After(deadline) })
	w.file, old = old, w.file
	w.write(1)
	wait(t, "the late line", func() bool { return n.count() == 2 })
	_ = w.file.Close()
	w.file = old
	wait(t, "the old file to be closed", func() bool { w.write(1); return openFiles(t, filepath.Dir(path)) == 2 })
	wait(t, "all lines", func() bool { return n.count() == w.next })
	n.exact(t, w.next)
	if batches() == before {
		t.Error("nothing was emitted")
	}
}

func TestFilesRotatedWhileNobodyFollowsAreReadInTheirOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	w.write(100)
	stop := follow(t, path, n)
	wait(t, "the first lines", func() bool { return n.count() == 100 })
	stop()
	w.write(50) // the end of the file that we were in
	for range 4 {
		w.rotate(0)
		w.write(2000)
		// The order is told by the time of the last change, which has its grain.
		past := time.Now().Add(time.Duration(w.next-20000) * time.Second)
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-time.Hour * 24)
	if err := os.Chtimes(path+".4", past, past); err != nil {
		t.Fatal(err)
	}
	follow(t, path, n)
	wait(t, "all lines", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
	for i, id := range n.order {
		if want := line(i); "{\"n\":"+id+"}\n" != want {
			t.Fatalf("line %d came as number %s", i, id)
		}
	}
}

func TestAFileThatIsDeletedAndMadeAnewIsAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	w.write(500)
	stop := follow(t, path, n)
	wait(t, "the first lines", func() bool { return n.count() == 500 })
	stop()
	cursors := n.resume()
	// The new file gets the inode of the old one, as file systems like to do. One
	// that does not is made to look as if it did.
	_ = w.file.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	w.create()
	w.write(800)
	at, err := family{}.stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, c := range n.cursors {
		delete(n.cursors, key)
		c.Device, c.Inode = at.ident.device, at.ident.inode
		n.cursors[c.ident()] = c
	}
	follow(t, path, n)
	wait(t, "the new file", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
	if after := n.cursors[at.ident]; len(cursors) != 1 || after.HeadSize == 0 || after.Head == cursors[0].Head {
		t.Errorf("cursors %+v, then %+v", cursors, after)
	}
}

func TestATruncatedFileIsReadFromItsBeginning(t *testing.T) {
	tests := []struct {
		name  string
		lines int // that it holds when we look again: fewer, or more than before
	}{
		{"it is shorter then", 10},
		{"it is longer then", 900},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "eve.json")
			w, n := newWriter(t, path), newNode()
			follow(t, path, n)
			w.write(300)
			wait(t, "the first lines", func() bool { return n.count() == 300 })
			if err := w.file.Truncate(0); err != nil {
				t.Fatal(err)
			}
			w.write(tt.lines)
			wait(t, "the lines after", func() bool { return n.count() == 300+tt.lines })
			w.write(5)
			wait(t, "the lines after that", func() bool { return n.count() == w.next })
			n.exact(t, w.next)
		})
	}
}

// copytruncate: what was written between our last look and the truncation stands in
// the copy alone.
func TestACopyIsReadOnWhenTheFileIsTruncated(t *testing.T) {
	for _, name := range []string{"while somebody follows", "while nobody follows"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "eve.json")
			w, n := newWriter(t, path), newNode()
			stop := follow(t, path, n)
			w.write(300)
			wait(t, "the first lines", func() bool { return n.count() == 300 })
			if name == "while nobody follows" {
				stop()
			}
			w.write(200)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path+".1", whole, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := w.file.Truncate(0); err != nil {
				t.Fatal(err)
			}
			w.write(100)
			if name == "while nobody follows" {
				follow(t, path, n)
			}
			wait(t, "all lines", func() bool { return n.count() >= w.next })
			n.exact(t, w.next)
		})
	}
}

// A file that lost its end, as after a crash of its machine, goes on to be read.
func TestAFileThatLostItsEndIsReadOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	w, n := newWriter(t, path), newNode()
	follow(t, path, n)
	w.write(300)
	wait(t, "the first lines", func() bool { return n.count() == 300 })
	if err := w.file.Truncate(int64(len(numbered(0, 200)))); err != nil {
		t.Fatal(err)
	}
	// It is noticed before it has grown again: here nothing can tell afterwards.
	wait(t, "the loss to be noticed", func() bool {
		return len(n.resume()) == 1 && n.resume()[0].Offset == int64(len(numbered(0, 200)))
	})
	w.write(5)
	wait(t, "the lines after", func() bool { return n.count() >= 305 })
	n.exact(t, w.next)
}

// The cursor of the truncated file and that of its copy both lie in the copy.
func TestOfTwoCursorsInOneFileTheFurtherCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "eve.json")
	whole := numbered(0, 500)
	appendFile(t, path+".1", whole)
	w, n := newWriter(t, path), newNode()
	w.next = 500
	w.write(10)
	for name, offset := range map[string]int{path: len(numbered(0, 100)), path + ".1": len(numbered(0, 300))} {
		at, err := family{}.stat(name)
		if err != nil {
			t.Fatal(err)
		}
		c := Cursor{Source: "test", Path: name, Device: at.ident.device, Inode: at.ident.inode, Offset: int64(offset)}
		c.HeadSize, c.Head = headSize, sha256.Sum256([]byte(whole[:headSize]))
		n.cursors[c.ident()] = c
	}
	for i := range 300 {
		n.seen[strconv.Itoa(i)]++
	}
	follow(t, path, n)
	wait(t, "the rest of the copy, and the file", func() bool { return n.count() >= 210 })
	n.exact(t, 510)
}

// Wazuh's alerts.json is a second name of a file by the day in a folder of its own.
func TestAFileThatIsLinkedAnewIsFollowed(t *testing.T) {
	for _, name := range []string{"while somebody follows", "while nobody follows"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, month := filepath.Join(dir, "alerts.json"), filepath.Join(dir, "2026", "Nov")
			if err := os.MkdirAll(month, 0o700); err != nil {
				t.Fatal(err)
			}
			n, w := newNode(), &writer{t: t, path: filepath.Join(month, "ossec-alerts-23.json")}
			begin := func() {
				w.create()
				if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatal(err)
				}
				if err := os.Link(w.path, path); err != nil {
					t.Fatal(err)
				}
			}
			begin()
			f := testFile(path)
			f.Rotated = []string{filepath.Join(dir, "*", "*", "ossec-alerts-*.json")}
			stop := start(t, f, n)
			w.write(100)
			wait(t, "the first day", func() bool { return n.count() == 100 })
			if name == "while nobody follows" {
				stop()
			}
			w.write(100)
			for _, day := range []string{"24", "25"} {
				_ = w.file.Close()
				w.path = filepath.Join(month, "ossec-alerts-"+day+".json")
				begin()
				w.write(100)
			}
			if name == "while nobody follows" {
				start(t, f, n)
			}
			wait(t, "all days", func() bool { return n.count() >= w.next })
			_ = w.file.Close()
			n.exact(t, w.next)
		})
	}
}

// Rotated files that were there before us, or that cannot be read, are left alone.
func TestOtherFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "eve.json")
	old := time.Now().Add(-time.Hour)
	appendFile(t, path+".1", "{\"n\":older}\n")
	if err := os.Chtimes(path+".1", old, old); err != nil {
		t.Fatal(err)
	}
	w, n := newWriter(t, path), newNode()
	w.write(10)
	stop := follow(t, path, n)
	wait(t, "the first lines", func() bool { return n.count() == 10 })
	appendFile(t, path+".2.gz", "{\"n\":compressed}\n")
	appendFile(t, filepath.Join(dir, "stats.log"), "{\"n\":stats}\n")
	if err := os.Mkdir(path+".d", 0o700); err != nil {
		t.Fatal(err)
	}
	w.rotate(0)
	w.write(10)
	wait(t, "the new file", func() bool { return n.count() == 20 })
	stop()
	w.write(10)
	follow(t, path, n)
	wait(t, "the lines after", func() bool { return n.count() == 30 })
	n.exact(t, 30)
}
