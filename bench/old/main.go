// Command old measures the way of the SOCme of 2025, written anew from its description:
// pages by OFFSET with a count of everything, a search that loads every alert and matches
// its description, and charts that load the alerts which they count. It is the baseline
// of bench/queries.
//
//	go run ./bench/old -alerts 1000000 -data DIR
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite"

	"github.com/socme-project/socme/bench/rig"
)

// alert is a row as it was then.
type alert struct {
	ID          uint      `gorm:"primaryKey"`
	CreatedAt   time.Time `gorm:"index"`
	Timestamp   string
	Severity    string
	Description string
	Source      string
	Destination string
	Client      string
	Raw         string
}

func main() {
	alerts := flag.Int("alerts", 1_000_000, "how many alerts to load, if there are none")
	dir := flag.String("data", filepath.Join(os.TempDir(), "socme-bench-old"), "where the database is kept")
	flag.Parse()
	if err := bench(context.Background(), *dir, *alerts); err != nil {
		fmt.Fprintln(os.Stderr, "bench/old: "+err.Error())
		os.Exit(1)
	}
}

func bench(ctx context.Context, dir string, n int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	db, err := open(filepath.Join(dir, fmt.Sprintf("old-%d.db", n)))
	if err != nil {
		return err
	}
	db = db.WithContext(ctx)
	if err := load(db, n); err != nil {
		return err
	}
	fmt.Printf("\nthe way of 2025, on SQLite, %d alerts\n", n)
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"first page", func() error { return page(db, 1) }},
		{"page 9,000, or the last", func() error { return page(db, min(9000, n/100)) }},
		{"search, rare word", func() error { return search(db, "rareword") }},
		{"search, frequent word", func() error { return search(db, "frequent scan") }},
		{"chart of low", func() error { return chart(db, "low") }},
		{"chart of critical", func() error { return chart(db, "critical") }},
	} {
		best := time.Hour
		for range 3 {
			began := time.Now()
			if err := step.do(); err != nil {
				return fmt.Errorf("%s: %w", step.what, err)
			}
			best = min(best, time.Since(began))
		}
		fmt.Printf("%-52s %9.0f ms, the best of 3\n", step.what, float64(best.Milliseconds()))
	}
	peak, err := rig.Self().Peak()
	if err == nil {
		fmt.Printf("%-52s %9d MB\n", "memory", peak>>20)
	}
	return err
}

func open(file string) (*gorm.DB, error) {
	return gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: file}, &gorm.Config{Logger: logger.Discard})
}

func load(db *gorm.DB, n int) error {
	if err := db.AutoMigrate(&alert{}); err != nil {
		return err
	}
	var there int64
	if err := db.Model(&alert{}).Count(&there).Error; err != nil || there == int64(n) {
		return err
	}
	if there > 0 {
		return errors.New("the database holds another number of alerts; remove it")
	}
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same alerts at each run
	return db.Transaction(func(tx *gorm.DB) error {
		for i := 0; i < n; i += 1000 {
			some := make([]alert, min(1000, n-i))
			for j := range some {
				some[j] = made(r, i+j, n)
			}
			if err := tx.CreateInBatches(some, 100).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

func made(r *rand.Rand, i, n int) alert {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).Add(-time.Duration(n-i) * time.Second)
	a := alert{
		CreatedAt: at, Timestamp: at.Format(time.RFC3339), Severity: []string{"low", "low", "low", "medium", "high", "critical"}[r.IntN(6)],
		Description: fmt.Sprintf("RULE %d of the bench", r.IntN(900)), Client: fmt.Sprintf("client-%d", r.IntN(500)),
		Source: fmt.Sprintf("10.0.%d.%d", r.IntN(64), r.IntN(256)), Destination: fmt.Sprintf("198.51.%d.%d", r.IntN(256), r.IntN(256)),
	}
	switch {
	case i%(n/20+1) == 7:
		a.Description = "RULE of a rare thing, rareword"
	case r.IntN(3) == 0:
		a.Description = "RULE with a frequent scan"
	}
	a.Raw = fmt.Sprintf(`{"timestamp":%q,"event_type":"alert","src_ip":%q,"dest_ip":%q,"alert":{"signature":%q,"payload":%q}}`,
		a.Timestamp, a.Source, a.Destination, a.Description, strings.Repeat(fmt.Sprintf("%016x", r.Uint64()), 25))
	return a
}

// page counts all and skips what stands before.
func page(db *gorm.DB, number int) error {
	const size = 100
	var all int64
	if err := db.Model(&alert{}).Count(&all).Error; err != nil {
		return err
	}
	var found []alert
	return db.Order("created_at desc").Offset((number - 1) * size).Limit(size).Find(&found).Error
}

// search loads all, and keeps what has the characters of the word in their order.
func search(db *gorm.DB, word string) error {
	var all, found []alert
	if err := db.Order("created_at desc").Find(&all).Error; err != nil {
		return err
	}
	for i := range all {
		if fuzzy(word, all[i].Description) {
			found = append(found, all[i])
		}
	}
	if len(found) == 0 {
		return errors.New("nothing found")
	}
	return nil
}

func fuzzy(word, text string) bool {
	rest := []rune(strings.ToLower(word))
	for _, r := range text {
		if len(rest) > 0 && unicode.ToLower(r) == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}

// chart loads what it counts.
func chart(db *gorm.DB, severity string) error {
	var found []alert
	if err := db.Where("severity = ?", severity).Find(&found).Error; err != nil {
		return err
	}
	days := map[string]int{}
	for i := range found {
		days[found[i].Timestamp[:10]]++
	}
	return nil
}
