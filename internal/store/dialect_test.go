package store_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestParametersAreRewrittenOutsideOfTextOnly(t *testing.T) {
	for text, want := range map[string]string{
		`SELECT 1`:                                   `SELECT 1`,
		`a = ? AND b IN (?, ?)`:                      `a = $1 AND b IN ($2, $3)`,
		`a = ?2 OR b = ?1 OR c = ?2`:                 `a = $2 OR b = $1 OR c = $2`,
		`a = ?3 OR b = ?`:                            `a = $3 OR b = $4`,
		`a = '?' AND b = ? AND "c?" = 'it''s ?'`:     `a = '?' AND b = $1 AND "c?" = 'it''s ?'`,
		"a = 1 -- why?\nAND b = ?":                   "a = 1 -- why?\nAND b = $1",
		`a = $1`:                                     `a = $1`,
		`? || 'an open quote ?`:                      `$1 || 'an open quote ?`,
		`?` + strings.Repeat(`, ?`, 11) + ` -- end?`: `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 -- end?`,
	} {
		if got := store.Rebind(text); got != want {
			t.Errorf("Rebind(%s) = %s, want %s", text, got, want)
		}
	}
}

// Both schemas have the same tables and columns, of kinds that hold the same.
func TestBothSchemasAreTheSame(t *testing.T) {
	schemas := map[string]map[string]string{}
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t, time.Now)
		schemas[d.Name] = must(store.Schema(s))(t)
	})
	if len(schemas) < 2 {
		t.Skip("PostgreSQL is not installed here, so there is no second schema to compare; tools/setup test installs it")
	}
	if diff := cmp.Diff(schemas["SQLite"], schemas["PostgreSQL"]); diff != "" {
		t.Errorf("tables and columns (-SQLite +PostgreSQL):\n%s", diff)
	}
	if len(schemas["SQLite"]) < 100 {
		t.Errorf("%d columns were compared, want all of them", len(schemas["SQLite"]))
	}
}

func TestManyProgramsMayStartAtOnce(t *testing.T) {
	empty := []storetest.Database{storetest.SQLite(), storetest.EmptyPostgres()}
	for _, d := range empty {
		t.Run(d.Name, func(t *testing.T) {
			o := store.Options{Dir: t.TempDir(), Database: d.URL(t), Now: time.Now}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					s, err := store.Open(t.Context(), o)
					if err != nil {
						t.Error(err)
						return
					}
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		})
	}
}

// Several cores may write into one PostgreSQL.
func TestTwoCoresTakeTheSameDeliveriesOnce(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		o := store.Options{Dir: t.TempDir(), Database: d.URL(t), Now: time.Now}
		w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), Store: storetest.Open(t, o)}
		cores := []*store.Store{w.Store, storetest.Open(t, o), storetest.Open(t, o)}
		w.client = must(w.AddClient(t.Context(), system, "acme", false))(t)
		const lanes, batches, size = 3, 8, 40
		var deliveries [lanes * 2][]store.Delivery
		for i := range deliveries { // two nodes with three lanes each
			if i%lanes == 0 {
				w.node, w.key = w.enrol(t, "acme")
			}
			c := newChain(w.node.ID, soc.Lanes()[i%lanes])
			for b := range batches {
				made := alerts(w, 10_000*i+b*size, size)
				for j := range made { // rules that no core has seen
					made[j].Rule.Name = fmt.Sprint("rule ", b, " ", j%5)
				}
				deliveries[i] = append(deliveries[i], c.delivery(c.entries(t, made...)))
			}
		}
		var mu sync.Mutex
		fed := map[int64]soc.AlertID{}
		var all sync.WaitGroup
		for _, core := range cores { // each core gets everything, as when answers are lost
			for _, chain := range deliveries {
				all.Go(func() {
					for _, delivery := range chain {
						for {
							done, err := core.Accept(t.Context(), system, delivery)
							var ledger *soc.LedgerError
							if errors.As(err, &ledger) && !ledger.Fork {
								continue // the others have not come so far
							}
							if err != nil {
								t.Error(err)
								return
							}
							mu.Lock()
							for _, f := range done.Fed {
								if other, ok := fed[f.Pos]; ok {
									t.Errorf("position %d is that of %s and of %s", f.Pos, other, f.Alert.ID)
								}
								fed[f.Pos] = f.Alert.ID
							}
							mu.Unlock()
							break
						}
					}
				})
			}
		}
		all.Wait()
		total := len(deliveries) * batches * size
		positions := slices.Sorted(maps.Keys(fed))
		if len(positions) != total || positions[0] != 1 || positions[total-1] != int64(total) {
			t.Fatalf("%d alerts have places in the feed, want %d without a gap", len(positions), total)
		}
		var sum uint64
		for _, n := range must(w.Nodes(t.Context(), system))(t) {
			sum += n.Alerts
			if n.Repeated != 0 || n.Missing != 0 {
				t.Errorf("node %s has %d repeated and %d missing records, want none", n.ID, n.Repeated, n.Missing)
			}
		}
		if sum != uint64(total) {
			t.Errorf("%d alerts were taken, want %d", sum, total)
		}
	})
}

// What a reader of the feed has seen must not be added to later.
func TestPositionsOfTheFeedFollowCommits(t *testing.T) {
	storetest.OnEach(t, func(t *testing.T, d storetest.Database) {
		o := store.Options{Dir: t.TempDir(), Database: d.URL(t), Now: time.Now}
		w := &world{clock: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), Store: storetest.Open(t, o)}
		w.client = must(w.AddClient(t.Context(), system, "acme", false))(t)
		const cores, batches, size = 4, 15, 20
		var writers sync.WaitGroup
		for i := range cores {
			core := storetest.Open(t, o)
			w.node, w.key = w.enrol(t, "acme")
			c := newChain(w.node.ID, soc.LaneNormal)
			var deliveries []store.Delivery
			for b := range batches {
				deliveries = append(deliveries, c.delivery(c.entries(t, alerts(w, 10_000*i+b*size, size)...)))
			}
			writers.Go(func() {
				for _, delivery := range deliveries {
					if _, err := core.Accept(t.Context(), system, delivery); err != nil {
						t.Error(err)
					}
				}
			})
		}
		written := make(chan struct{})
		go func() { writers.Wait(); close(written) }()
		seen, pos := 0, int64(0)
		for last := false; ; {
			fed, next, err := w.Feed(t.Context(), system, pos, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range fed {
				if want := pos + 1 + int64(i); f.Pos != want {
					t.Fatalf("after position %d came %d", want-1, f.Pos)
				}
			}
			seen, pos = seen+len(fed), next
			if last && len(fed) == 0 {
				break
			}
			select {
			case <-written:
				last = true
			default:
			}
		}
		if want := cores * batches * size; seen != want {
			t.Errorf("a reader saw %d alerts, want %d", seen, want)
		}
	})
}

func TestATokenEnrolsOneNodeHoweverManyKnock(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		secret, _, err := w.AddEnrolment(t.Context(), system, w.client.Name, "")
		if err != nil {
			t.Fatal(err)
		}
		const knocks = 6
		errs := make(chan error, knocks)
		for range knocks {
			go func() {
				_, err := w.Enrol(t.Context(), system, store.Enrolment{
					Secret: secret, LedgerKey: make([]byte, 32), Name: "gate",
					Sign: func(soc.NodeID) (time.Time, error) { return w.clock, nil },
				})
				errs <- err
			}()
		}
		good := 0
		for range knocks {
			if err := <-errs; err == nil {
				good++
			} else if !errors.Is(err, store.ErrUsed) {
				t.Errorf("Enrol = %v, want ErrUsed", err)
			}
		}
		if good != 1 {
			t.Errorf("%d nodes were enrolled with one token, want 1", good)
		}
	})
}

// Sensors write what they like into names, and tokens may be longer than PostgreSQL's words.
func TestOddTextIsTakenAndFound(t *testing.T) {
	long := strings.Repeat("abcdefghij", 120)
	wide := strings.Repeat("éà", 700)
	onEveryEngine(t, func(t *testing.T, w *world) {
		made := alerts(w, 0, 5)
		made[0].Rule.Name = "nul \x00 byte"
		made[1].Rule.Name = long + " tail"
		made[2].Rule.Name = long[:500]
		made[3].Rule.Name = wide
		made[4].Rule.Name = strings.Repeat("again ", 300) + "last"
		c := newChain(w.node.ID, soc.LaneNormal)
		must(w.Accept(t.Context(), system, c.delivery(c.entries(t, made...))))(t)
		stored := everything(t, w, query.Query{})
		if len(stored) != len(made) {
			t.Fatalf("%d alerts are stored, want %d", len(stored), len(made))
		}
		runes := []rune(wide)
		for _, text := range []string{
			"nul", `"nul byte"`, `"nul byt"`, `"` + long + `"`, long, long[:499], long[:500], long[:501], long[:999], long[:1000], long[:1001],
			`"` + long[:500] + `"`, `"` + long[:1000] + `"`, `"` + long + ` tail"`, long + "x", `"` + long[500:1000] + `"`, long[500:1000],
			string(runes[:400]), string(runes[:500]), string(runes[:501]), string(runes[:1399]), `"` + string(runes[:500]) + `"`, "again", `"again again"`, "last",
		} {
			q, err := query.Parse(text, query.Asker{Now: w.clock})
			if err != nil {
				t.Fatal(err)
			}
			var want, got []soc.AlertID
			for i := range stored {
				if q.Match(&stored[i]) {
					want = append(want, stored[i].ID)
				}
			}
			for _, a := range everything(t, w, q) {
				got = append(got, a.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%.30s… (%d bytes): the database finds %d alerts, Match %d", text, len(text), len(got), len(want))
			}
		}
	})
}

func TestNamesOfUsersAreOneWhateverTheirCase(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		must(w.AddLink(t.Context(), system))(t)
		account, err := w.Account(t.Context(), system, "ADMIN", "")
		if err != nil || account.User.Name != "admin" {
			t.Errorf("Account(ADMIN) = %q, %v; want admin", account.User.Name, err)
		}
		err = store.Exec(w.Store, `INSERT INTO users (id, name, role, created_ms) VALUES ('x', 'Admin', 'viewer', 0)`)
		if err == nil {
			t.Error("there are two users who differ in case only")
		}
	})
}

func TestTheDatabasesPasswordIsInNoError(t *testing.T) {
	for _, url := range []soc.Secret{
		"postgres://socme:hunter2hunter2@127.0.0.1:1/socme?connect_timeout=1",
		"postgres://socme:hunter2hunter2@127.0.0.1:port/socme",
		"host=127.0.0.1 port=1 user=socme password=hunter2hunter2 connect_timeout=1",
		"host=127.0.0.1 password='hunter2hunter2",
		"hunter2hunter2",
	} {
		s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Database: url, Now: time.Now})
		if err == nil {
			t.Fatalf("%s was opened: %v", url, s.Close())
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestADataFolderStaysWithItsDatabase(t *testing.T) {
	first, second := storetest.SQLite(), storetest.Postgres()
	for _, d := range [][2]storetest.Database{{first, second}, {second, first}} {
		t.Run(d[0].Name, func(t *testing.T) {
			dir := t.TempDir()
			s := must(store.Open(t.Context(), store.Options{Dir: dir, Database: d[0].URL(t), Now: time.Now}))(t)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err := store.Open(t.Context(), store.Options{Dir: dir, Database: d[1].URL(t), Now: time.Now}); err == nil {
				t.Errorf("it was opened on %s: %v", d[1].Name, s.Close())
			}
		})
	}
}
