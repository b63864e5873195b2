package source

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Suricata's threads write eve.1.json, eve.2.json and so on, and each is rotated.
func TestAPatternFollowsEveryFileThatMatches(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	dir := t.TempDir()
	n := newNode()
	f := testFile(filepath.Join(dir, "eve*.json"))
	stop := start(t, f, n)
	wait(t, "it to say that it waits", func() bool { return f.State().Waiting })
	next := 0
	var writers []*writer
	for range 5 {
		// A new one appears, and the others go on.
		w := newWriter(t, filepath.Join(dir, fmt.Sprintf("eve.%d.json", len(writers)+1)))
		writers = append(writers, w)
		for range 40 {
			w := writers[random.IntN(len(writers))]
			w.next = next
			w.write(1 + random.IntN(50))
			next = w.next
			if random.IntN(10) == 0 {
				late := random.IntN(3)
				w.rotate(late)
				next += late
			}
			if random.IntN(20) == 0 {
				stop()
				stop = start(t, f, n)
			}
		}
	}
	wait(t, "all lines", func() bool { return n.count() >= next })
	if f.State().Waiting {
		t.Error("it says that it waits")
	}
	n.exact(t, next)
	stop()
	start(t, f, n)
	writers[0].next = next
	writers[0].write(1)
	wait(t, "the last line", func() bool { return n.count() > next })
	n.exact(t, next+1)
}

// Files that are written one after the other all match for ever.
func TestFinishedFilesOfAPatternAreClosedAndNotReadAgain(t *testing.T) {
	dir := t.TempDir()
	n, next := newNode(), 0
	f := testFile(filepath.Join(dir, "eve-*.json"))
	f.late = 5 * time.Millisecond // ten times as long for these
	day := func(i int) string { return filepath.Join(dir, fmt.Sprintf("eve-2026-11-%02d.json", i)) }
	stop := start(t, f, n)
	for i := 1; i <= 9; i++ {
		appendFile(t, day(i), numbered(next, next+100))
		next += 100
	}
	wait(t, "all days", func() bool { return n.count() >= next })
	wait(t, "the finished ones to be closed", func() bool {
		appendFile(t, day(9), line(next))
		next++
		return openFiles(t, dir) == 1
	})
	// One that is closed is noticed when it grows after all.
	appendFile(t, day(3), line(next))
	next++
	wait(t, "the late line", func() bool { return n.count() >= next })
	stop()
	appendFile(t, day(9), line(next))
	start(t, f, n)
	wait(t, "the last line", func() bool { return n.count() > next })
	n.exact(t, next+1)
}

// A rotated name that matches the pattern, too, is the same file.
func TestAWidePatternReadsNoFileTwice(t *testing.T) {
	dir := t.TempDir()
	n := newNode()
	w := newWriter(t, filepath.Join(dir, "eve.json"))
	stop := start(t, testFile(filepath.Join(dir, "eve*")), n)
	for range 10 {
		w.write(200)
		w.rotate(2)
	}
	wait(t, "all lines", func() bool { return n.count() >= w.next })
	stop()
	w.write(5)
	start(t, testFile(filepath.Join(dir, "eve*")), n)
	wait(t, "the last lines", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
}

// What lay there before the first start is not read, neither then nor later; what was
// made and rotated away since then is.
func TestAFirstStartReadsOnlyWhatIsNew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "eve.json")
	before := time.Now().Add(-time.Hour)
	old := func(name, text string) {
		appendFile(t, name, text)
		if err := os.Chtimes(name, before, before); err != nil {
			t.Fatal(err)
		}
	}
	old(path+".2", "{\"n\":long ago}\n")
	old(path+".3.gz", compressed(t, "{\"n\":longer ago}\n"))
	n := newNode()
	f := testFile(path)
	f.begun = time.Now() // Run was called, and has not looked yet
	w := newWriter(t, path)
	w.write(10)
	rename(t, path, path+".1")
	_ = w.file.Close()
	w.create()
	w.write(10)
	stop := start(t, f, n)
	wait(t, "both new files", func() bool { return n.count() >= 20 })
	wait(t, "the old ones to be noted", func() bool { return len(n.resume()) == 4 })
	stop()
	for i := 3; i > 0; i-- {
		for _, end := range []string{"", ".gz"} {
			_ = os.Rename(fmt.Sprintf("%s.%d%s", path, i, end), fmt.Sprintf("%s.%d%s", path, i+1, end))
		}
	}
	w.write(5)
	start(t, testFile(path), n)
	wait(t, "the last lines", func() bool { return n.count() >= w.next })
	n.exact(t, w.next)
}
