package backup_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/socme-project/socme/internal/backup"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

// on opens a database beside the store.
func on(t *testing.T, database soc.Secret) *sql.DB {
	t.Helper()
	db := must(sql.Open("pgx", string(database)))(t)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func count(t *testing.T, db *sql.DB, text string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(t.Context(), text, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const relations = `SELECT COUNT(*) FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace)`

func TestACoreOnPostgreSQLIsRestoredAsItWas(t *testing.T) {
	first := storetest.Postgres().URL(t)
	dir, s := folderOn(t, first)
	key := must(age.GenerateX25519Identity())(t)
	file := write(t, dir, s, key.Recipient())
	to, database := filepath.Join(t.TempDir(), "new"), storetest.EmptyPostgres().URL(t)
	m := must(backup.Restore(t.Context(), bytes.NewReader(file), backup.Target{Dir: to, Database: database}, key))(t)
	if m.Format != 2 || m.Database.Engine != "postgres" || m.Database.Sequences["alert_nums"] == 0 {
		t.Errorf("the manifest says %+v", m)
	}
	want := []string{"ca.key", "core.pem", "core.postgres", "node/ledger.key", "node/node.toml", "node-listen"}
	if diff := cmp.Diff(want, files(t, to)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	restored := storetest.Open(t, store.Options{Dir: to, Database: database, Now: time.Now})
	before, after := must(s.Alerts(t.Context(), system, store.AlertFilter{Limit: 500}))(t), must(restored.Alerts(t.Context(), system, store.AlertFilter{Limit: 500}))(t)
	if len(after) != 40 || !slices.EqualFunc(before, after, func(a, b soc.StoredAlert) bool { return a.ID == b.ID && a.RawSHA256 == b.RawSHA256 }) {
		t.Errorf("%d alerts are restored, not those that were there", len(after))
	}
	// It goes on where the other was: numbers, text index, audit.
	must(restored.AddClient(t.Context(), system, "Another", false))(t)
	if head := must(restored.VerifyAudit(t.Context(), system))(t); head.Seq < 3 {
		t.Errorf("the audit ends at %d", head.Seq)
	}
	was, is := on(t, first), on(t, database)
	const indexes = `SELECT COUNT(*) FROM pg_indexes WHERE schemaname = 'public'`
	if a, b := count(t, was, indexes), count(t, is, indexes); a != b {
		t.Errorf("%d indexes are restored, want %d", b, a)
	}
	if _, err := backup.Restore(t.Context(), bytes.NewReader(file), backup.Target{Dir: t.TempDir(), Database: database}, key); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a backup was restored over a core's database: %v", err)
	}
}

func TestVerifyLeavesNothingOnTheServer(t *testing.T) {
	database := storetest.Postgres().URL(t)
	dir, s := folderOn(t, database)
	db := on(t, database)
	key := must(age.GenerateX25519Identity())(t)
	file := write(t, dir, s, key.Recipient())
	const scratch = `SELECT (SELECT COUNT(*) FROM pg_database WHERE datname LIKE 'socme_scratch%') + (SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE 'socme_scratch%')`
	var own string
	if err := db.QueryRowContext(t.Context(), `SELECT current_database()`).Scan(&own); err != nil {
		t.Fatal(err)
	}
	must(db.ExecContext(t.Context(), `CREATE ROLE plain LOGIN`))(t)
	must(db.ExecContext(t.Context(), `ALTER DATABASE `+own+` OWNER TO plain`))(t)
	for name, as := range map[string]soc.Secret{
		"a user who may make databases": database,
		"a user who may not":            soc.Secret(strings.Replace(string(database), "user=socme", "user=plain", 1)),
	} {
		rest := count(t, db, relations)
		report := must(backup.Verify(t.Context(), bytes.NewReader(file), backup.Target{Dir: t.TempDir(), Database: as}, key))(t)
		if !report.Good() || report.Ledger.Records != 40 || report.Ledger.Signatures != 1 {
			t.Errorf("%s: verify says %+v", name, report.Ledger)
		}
		if left := count(t, db, scratch); left != 0 || count(t, db, relations) != rest {
			t.Errorf("%s: verify leaves %d databases or schemas, and %d relations where %d were", name, left, count(t, db, relations), rest)
		}
	}
	must(db.ExecContext(t.Context(), `UPDATE ledger SET raw_hash = '\x00' WHERE seq = 7`))(t)
	report := must(backup.Verify(t.Context(), bytes.NewReader(write(t, dir, s, key.Recipient())), backup.Target{Dir: t.TempDir(), Database: database}, key))(t)
	if report.Good() || !strings.Contains(report.Ledger.Problems[0], "record 7") {
		t.Errorf("a changed record was not found: %+v", report.Ledger)
	}
}

func TestABackupOfTheOtherDatabaseIsRefused(t *testing.T) {
	key := must(age.GenerateX25519Identity())(t)
	dir, s := folder(t)
	plain := write(t, dir, s, key.Recipient())
	dir, s = folderOn(t, storetest.Postgres().URL(t))
	rows := write(t, dir, s, key.Recipient())
	empty := storetest.EmptyPostgres().URL(t)
	db := on(t, empty)
	for name, tt := range map[string]struct {
		file []byte
		to   soc.Secret
		says string
	}{
		"of SQLite into PostgreSQL":   {plain, empty, "of a core on SQLite"},
		"of PostgreSQL into a folder": {rows, "", "of a core on PostgreSQL"},
		"with another count": {packed(t, rows, key, func(name string, text []byte) []byte {
			if name == "manifest.json" {
				return bytes.Replace(text, []byte(`"alerts": 40`), []byte(`"alerts": 41`), 1)
			}
			return text
		}), empty, "alerts has 40 rows, it had 41"},
		"with a column that is none": {packed(t, rows, key, func(name string, text []byte) []byte {
			if name == "manifest.json" {
				return bytes.Replace(text, []byte(`"raw_hash"`), []byte(`"no such"`), 1)
			}
			return text
		}), empty, "no such"},
	} {
		to := filepath.Join(t.TempDir(), "new")
		if _, err := backup.Restore(t.Context(), bytes.NewReader(tt.file), backup.Target{Dir: to, Database: tt.to}, key); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("a backup %s: %v, want %q", name, err, tt.says)
		}
		if left := must(os.ReadDir(filepath.Dir(to)))(t); len(left) > 0 {
			t.Errorf("of a backup %s is left %v", name, left)
		}
		if n := count(t, db, relations); n != 0 {
			t.Errorf("of a backup %s are left %d relations in the database", name, n)
		}
	}
}
