package backup_test

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/socme-project/socme/internal/backup"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

var system = soc.System("test")

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestMain(m *testing.M) { storetest.Main(m) }

// folder is a data folder with a core's files and a database with a node's ledger.
func folder(t *testing.T) (dir string, s *store.Store) {
	t.Helper()
	return folderOn(t, "")
}

// folderOn is the same with a database of the caller's.
func folderOn(t *testing.T, database soc.Secret) (dir string, s *store.Store) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"ca.key": "authority", "core.pem": "certificate", "node-listen": "127.0.0.1:1", "node/node.toml": "", "node/ledger.key": "key",
		// what must not be in it:
		"lock": "", "node/lock": "", "node/outbox.db": "outbox", "node/outbox.reserve": "r", "demo/node/ledger.key": "demo",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	s = must(store.Open(t.Context(), store.Options{Dir: dir, Database: database, Now: time.Now}))(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	must(s.AddClient(t.Context(), system, "Acme", false))(t)
	secret, _, err := s.AddEnrolment(t.Context(), system, "Acme", "gate")
	if err != nil {
		t.Fatal(err)
	}
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	node := must(s.Enrol(t.Context(), system, store.Enrolment{
		Secret: secret, LedgerKey: public, Name: "gate",
		Sign: func(soc.NodeID) (time.Time, error) { return time.Now().Add(time.Hour), nil },
	}))(t)
	chain := soc.Chain{Node: node.ID, Epoch: "epoch-1", Lane: soc.LaneNormal}
	head := soc.Head{Value: chain.Genesis()}
	entries := make([]soc.Entry, 40)
	for i := range entries {
		a := soc.Alert{Rule: soc.Rule{Engine: soc.EngineSuricata, ID: "1"}, EventTime: time.Now().UTC(), SeenTime: time.Now().UTC(), Raw: fmt.Appendf(nil, `{"n":%d}`, i)}
		a.ID = soc.NewAlertID(a.EventTime, node.ID, a.Raw)
		r := soc.Record{Seq: head.Seq + 1, AlertID: a.ID, RawHash: a.RawHash()}
		head = soc.Head{Seq: r.Seq, Value: r.Next(head.Value)}
		entries[i] = soc.Entry{Record: r, Value: head.Value, Alert: a, Normal: must(json.Marshal(a))(t)}
	}
	now := time.Now()
	must(s.Accept(t.Context(), system, store.Delivery{
		Chain: chain, Latest: head.Seq, Entries: entries,
		Signed: soc.Signed{Time: now, Signature: soc.Statement{Chain: chain, Head: head, Time: now}.Sign(key)},
	}))(t)
	return dir, s
}

func write(t *testing.T, dir string, s *store.Store, to age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	m, err := backup.Write(t.Context(), &out, backup.Options{Store: s, Dir: dir, Version: "test", Recipients: []age.Recipient{to}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if m.Database.Tables["alerts"] != 40 || len(m.Database.Heads) != 1 || m.Database.Heads[0].Seq != 40 {
		t.Fatalf("the manifest says %+v", m.Database)
	}
	return out.Bytes()
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			info := must(entry.Info())(t)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			name, _ := filepath.Rel(dir, path)
			found = append(found, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatIsRestoredIsWhatWasThere(t *testing.T) {
	dir, s := folder(t)
	key := must(age.GenerateX25519Identity())(t)
	file := write(t, dir, s, key.Recipient())
	if left := must(filepath.Glob(filepath.Join(dir, "backup-*")))(t); len(left) > 0 {
		t.Errorf("%v is left in the data folder", left)
	}
	if bytes.Contains(file, []byte("authority")) || bytes.Contains(file, []byte("SQLite format")) {
		t.Error("the backup can be read without a key")
	}
	to := filepath.Join(t.TempDir(), "new")
	must(backup.Restore(t.Context(), bytes.NewReader(file), backup.Target{Dir: to}, key))(t)
	want := []string{"ca.key", "core.db", "core.pem", "node/ledger.key", "node/node.toml", "node-listen"}
	if diff := cmp.Diff(want, files(t, to)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if text := must(os.ReadFile(filepath.Join(to, "ca.key")))(t); string(text) != "authority" {
		t.Errorf("ca.key holds %q", text)
	}
	restored := must(store.Open(t.Context(), store.Options{Dir: to, Now: time.Now}))(t)
	defer func() {
		if err := restored.Close(); err != nil {
			t.Error(err)
		}
	}()
	before, after := must(s.Alerts(t.Context(), system, store.AlertFilter{Limit: 500}))(t), must(restored.Alerts(t.Context(), system, store.AlertFilter{Limit: 500}))(t)
	if len(after) != 40 || !slices.EqualFunc(before, after, func(a, b soc.StoredAlert) bool { return a.ID == b.ID && a.RawSHA256 == b.RawSHA256 }) {
		t.Errorf("%d alerts are restored, not those that were there", len(after))
	}
	scratch := t.TempDir()
	report := must(backup.Verify(t.Context(), bytes.NewReader(file), backup.Target{Dir: scratch}, key))(t)
	if !report.Good() || report.Ledger.Records != 40 || report.Ledger.Signatures != 1 {
		t.Errorf("verify says %+v", report.Ledger)
	}
	if left := must(os.ReadDir(scratch))(t); len(left) > 0 {
		t.Errorf("verify leaves %v", left)
	}
}

func TestAPassphraseOpensWhatItClosed(t *testing.T) {
	dir, s := folder(t)
	to := must(age.NewScryptRecipient("correct horse battery"))(t)
	to.SetWorkFactor(10)
	file := write(t, dir, s, to)
	must(backup.Verify(t.Context(), bytes.NewReader(file), backup.Target{Dir: t.TempDir()}, must(age.NewScryptIdentity("correct horse battery"))(t)))(t)
	if _, err := backup.Verify(t.Context(), bytes.NewReader(file), backup.Target{Dir: t.TempDir()}, must(age.NewScryptIdentity("another passphrase"))(t)); err == nil || !strings.Contains(err.Error(), "not encrypted for this key") {
		t.Errorf("another passphrase: %v", err)
	}
}

func TestABrokenBackupIsNeverRestored(t *testing.T) {
	dir, s := folder(t)
	key, other := must(age.GenerateX25519Identity())(t), must(age.GenerateX25519Identity())(t)
	file := write(t, dir, s, key.Recipient())
	changed := func(at int) []byte {
		b := bytes.Clone(file)
		b[at] ^= 1
		return b
	}
	for name, tt := range map[string]struct {
		file []byte
		key  age.Identity
	}{
		"of another key": {file, other},
		"empty":          {nil, key},
		"cut in half":    {file[:len(file)/2], key},
		"cut by a byte":  {file[:len(file)-1], key},
		"a changed bit":  {changed(len(file) - 3000), key},
		"the last bit":   {changed(len(file) - 1), key},
		"something else": {[]byte("PK\x03\x04 this is a zip"), key},
		"with more":      {append(bytes.Clone(file), "more"...), key},
	} {
		to := filepath.Join(t.TempDir(), "new")
		if _, err := backup.Restore(t.Context(), bytes.NewReader(tt.file), backup.Target{Dir: to}, tt.key); err == nil {
			t.Errorf("a backup %s was restored", name)
		}
		if left := must(os.ReadDir(filepath.Dir(to)))(t); len(left) > 0 {
			t.Errorf("of a backup %s is left %v", name, left)
		}
	}
}

// packed makes a backup of the files of another as change wants them; nil leads the name
// out of the folder.
func packed(t *testing.T, file []byte, key *age.X25519Identity, change func(name string, text []byte) []byte) []byte {
	t.Helper()
	opened := must(zstd.NewReader(must(age.Decrypt(bytes.NewReader(file), key))(t)))(t)
	defer opened.Close()
	var out bytes.Buffer
	sealed := must(age.Encrypt(&out, key.Recipient()))(t)
	squeezed := must(zstd.NewWriter(sealed))(t)
	to := tar.NewWriter(squeezed)
	for from := tar.NewReader(opened); ; {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text := change(header.Name, must(io.ReadAll(from))(t))
		if text == nil {
			header.Name = "../out"
		}
		header.Size = int64(len(text))
		if err := to.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		must(to.Write(text))(t)
	}
	if err := errors.Join(to.Close(), squeezed.Close(), sealed.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestABackupThatIsNotWhatItsManifestSaysIsRefused(t *testing.T) {
	dir, s := folder(t)
	key := must(age.GenerateX25519Identity())(t)
	file := write(t, dir, s, key.Recipient())
	manifest := func(from, to string) func(string, []byte) []byte {
		return func(name string, text []byte) []byte {
			if name == "manifest.json" {
				if !bytes.Contains(text, []byte(from)) {
					t.Fatalf("the manifest does not hold %s: %s", from, text)
				}
				return bytes.Replace(text, []byte(from), []byte(to), 1)
			}
			return text
		}
	}
	for name, tt := range map[string]struct {
		change func(string, []byte) []byte
		says   string
	}{
		"another count":        {manifest(`"alerts": 40`, `"alerts": 41`), "alerts has 40 rows, it had 41"},
		"another head":         {manifest(`"seq": 40`, `"seq": 39`), "the heads of the ledger"},
		"another file":         {manifest(`"name": "ca.key"`, `"name": "cb.key"`), "does not hold the files"},
		"a format to come":     {manifest(`"socme_backup": 1`, `"socme_backup": 3`), "install another socme"},
		"a changed file":       {func(name string, text []byte) []byte { return append(text, strings.Repeat("x", len(name)%2)...) }, "does not hold the files"},
		"a file for elsewhere": {func(name string, text []byte) []byte { return map[bool][]byte{false: text}[name == "ca.key"] }, "../out"},
	} {
		to := filepath.Join(t.TempDir(), "new")
		if _, err := backup.Restore(t.Context(), bytes.NewReader(packed(t, file, key, tt.change)), backup.Target{Dir: to}, key); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("a backup with %s: %v, want %q", name, err, tt.says)
		}
		if left := must(os.ReadDir(filepath.Dir(to)))(t); len(left) > 0 {
			t.Errorf("of a backup with %s is left %v", name, left)
		}
	}
}

func TestAFolderThatHoldsSomethingIsLeftAlone(t *testing.T) {
	dir, s := folder(t)
	key := must(age.GenerateX25519Identity())(t)
	file := write(t, dir, s, key.Recipient())
	if _, err := backup.Restore(t.Context(), bytes.NewReader(file), backup.Target{Dir: dir}, key); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a backup was restored over a core: %v", err)
	}
	must(backup.Restore(t.Context(), bytes.NewReader(file), backup.Target{Dir: t.TempDir()}, key))(t) // an empty one will do
}

func TestVerifyFindsALedgerThatDoesNotHold(t *testing.T) {
	dir, s := folder(t)
	db := must(sql.Open("sqlite", filepath.Join(dir, "core.db")))(t)
	must(db.ExecContext(t.Context(), `UPDATE ledger SET raw_hash = zeroblob(32) WHERE seq = 7`))(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	key := must(age.GenerateX25519Identity())(t)
	report := must(backup.Verify(t.Context(), bytes.NewReader(write(t, dir, s, key.Recipient())), backup.Target{Dir: t.TempDir()}, key))(t)
	if report.Good() || !strings.Contains(report.Ledger.Problems[0], "record 7") {
		t.Errorf("a changed record was not found: %+v", report.Ledger)
	}
}
