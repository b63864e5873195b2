// Command queries measures how long the newest 50 alerts of a query take: every field
// alone and with a client, for a value that is frequent, one that is rare, and one that
// no alert has.
//
//	go run ./bench/queries -alerts 1000000 -data DIR
//
// It loads the alerts once, through the door that nodes use, and keeps them in DIR. With
// -postgres they go into a PostgreSQL server of its own, and are gone in the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func main() {
	alerts := flag.Int("alerts", 1_000_000, "how many alerts to load, if there are none")
	dir := flag.String("data", filepath.Join(os.TempDir(), "socme-bench-queries"), "where the database is kept")
	rounds := flag.Int("rounds", 40, "how often each query runs")
	postgres := flag.Bool("postgres", false, "measure on PostgreSQL")
	flag.Parse()
	measured := run
	if *postgres {
		measured = runPostgres
	}
	o := store.Options{Dir: *dir, Now: func() time.Time { return now }, Log: slog.Default()}
	if err := measured(context.Background(), o, *alerts, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// now is when the bench takes place.
var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// runPostgres runs on a server that ends with it.
func runPostgres(ctx context.Context, o store.Options, alerts, rounds int) (err error) {
	server, err := storetest.Start(ctx, "", "shared_buffers=512MB", "max_wal_size=4GB", "synchronous_commit=off")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if o.Database, _, err = server.New(ctx); err != nil {
		return err
	}
	o.Dir = ""
	return run(ctx, o, alerts, rounds)
}

func run(ctx context.Context, o store.Options, alerts, rounds int) error {
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return err
		}
	}
	s, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	err = load(ctx, s, now, alerts)
	if err == nil {
		err = measure(ctx, s, rounds)
	}
	return errors.Join(err, s.Close())
}

func measure(ctx context.Context, s *store.Store, rounds int) error {
	scope := soc.ScopeOfAll("bench", soc.RoleAdmin)
	fmt.Printf("%-40s %9s %9s %5s %9s %9s %5s\n", "newest 50 of", "p50 ms", "p99", "hits", "client:", "p99", "hits")
	var worst time.Duration
	for _, text := range queries() {
		fmt.Printf("%-40s", text)
		for _, with := range []string{"", "client:client-7 "} {
			took, hits, err := times(ctx, s, scope, with+"("+text+")", rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
			p99 := took[len(took)*99/100]
			worst = max(worst, p99)
			fmt.Printf(" %9.2f %9.2f %5d", ms(took[len(took)/2]), ms(p99), hits)
		}
		fmt.Println()
	}
	fmt.Printf("%-40s %19.2f\n", "worst", ms(worst))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func times(ctx context.Context, s *store.Store, scope soc.Scope, text string, rounds int) (took []time.Duration, hits int, err error) {
	for range rounds {
		start := time.Now()
		q, err := query.Parse(text, query.Asker{Now: now, User: "admin"})
		if err != nil {
			return nil, 0, err
		}
		found, err := s.Alerts(ctx, scope, store.AlertFilter{Query: q, Limit: 50})
		if err != nil {
			return nil, 0, err
		}
		took, hits = append(took, time.Since(start)), len(found)
		if took[len(took)-1] > time.Second { // no need to see it again
			break
		}
	}
	slices.Sort(took)
	return took, hits, nil
}

// queries asks for every field: what is frequent, what is rare, what is absent.
func queries() []string {
	values := [][]string{
		{"client:client-0", "client:client-499", "client:nobody"},
		{"node:node-0", "node:node-499", "node:nobody"},
		{"severity:low", "severity>=high", "severity:critical", "severity:unknown"},
		{"rule:2000000", "rule:2000999", "rule:1", "rule:200*", "rule:20000*", "rule:9*"},
		{"name:frequent", `name:"rare thing"`, "name:absent", "name:rul*"},
		{"engine:suricata", "engine:socme"},
		{"category:common", "category:seldom", "category:absent", "category:com*"},
		{"action:allowed", "action:blocked", "action:absent"},
		{"src:10.0.0.1", "src:203.0.113.9", "src:192.0.2.1", "src:10.0.0.0/8", "src:203.0.113.0/24", "src:172.16.0.0/12", "src:10.128.0.0/9"},
		{"dst:198.51.100.1", "dst:2001:db8::9", "dst:2001:db8::/32", "dst:2001:db8::/40", "dst:192.0.2.1"},
		{"ip:10.0.0.1", "ip:203.0.113.9", "ip:192.0.2.1", "ip:10.0.0.0/8"},
		{"port:443", "port:31337", "port:9", "dport:443", "dport:31337", "dport:9", "dport>=1024", "dport<100", "dport!=443", "sport:1025", "sport:9"},
		{"proto:tcp", "proto:icmp", "proto:absent"},
		{"app:http", "app:ssh", "app:absent"},
		{"host:web-1", "host:seldom", "host:absent", "host:web-*", "host:sel*", "host:*-1"},
		{"agent:web-1", "agent:seldom", "agent:absent"},
		{"user:root", "user:mallory", "user:absent", "user:r*"},
		{"email:all@example.com", "email:eve@example.com", "email:absent@example.com", "email:*@example.com"},
		{"file:common.php", "file:seldom.php", "file:absent", "file:*.php"},
		{"hash:00000000000000000000000000000001", "hash:000000000000000000000000000000ff", "hash:11111111111111111111111111111111", "hash:0000*"},
		{"url:/common", "url:/seldom", "url:/absent", "url:/q*"},
		{"domain:common.example.com", "domain:seldom.example.com", "domain:absent.example.com", "domain:*.example.com"},
		{"process:common.exe", "process:seldom.exe", "process:absent.exe"},
		{"tag:common", "tag:seldom", "tag:absent", "-tag:common", "-tag:seldom"},
		{"technique:T1110", "technique:T1059", "technique:T9999"},
		{"tactic:impact", "tactic:discovery", "tactic:absent"},
		{"community:1:seldom", "community:1:absent"},
		{"via:wazuh", "via:absent"},
		{"is:open", "is:resolved", "is:acknowledged", "is:escalated", "is:mine", "is:unclaimed", "is:demo", "-is:open"},
		{"owner:admin", "owner:nobody", "verdict:benign", "verdict:expected", "has:owner"},
		{"after:-24h", "before:-80d", "after:-10d before:-9d", "after:-24h host:web-1", "before:-80d host:seldom"},
		{"has:user", "has:email", "-has:user", "has:src"},
		{"frequent", "rareword", "absentword", `"frequent scan"`, "freq*", "rarew*"},
		{"host:web-1 user:root", "host:web-1 user:mallory", "host:web-1 OR user:mallory", "host:web-1 -user:root", "host:web-1 is:open", "host:web-1 is:escalated", "user:mallory is:open", "is:escalated OR tag:seldom"},
	}
	var all []string
	for _, of := range values {
		all = append(all, of...)
	}
	return append(all, "id:"+soc.NewAlertID(now, "x").String())
}
