package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"
	"golang.org/x/sys/unix"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// errNone means that this machine has no PostgreSQL.
var errNone = errors.New("PostgreSQL is not installed; tools/setup test installs it")

// server is the PostgreSQL of this test binary. The first test that asks starts it; Main
// stops it, and it dies with the process in any case.
var server struct {
	start sync.Once
	dir   string // data, socket and log
	err   error
	cmd   *exec.Cmd
	admin *sql.DB
	count atomic.Int64
}

// template is the database that each test gets a copy of.
const template = "socme_template"

// Main runs the tests of a package, and removes what they needed.
func Main(m *testing.M) {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL: "+err.Error())
		code = max(code, 1)
	}
	os.Exit(code)
}

func postgresURL(t testing.TB) soc.Secret {
	t.Helper()
	server.start.Do(func() { server.err = start() })
	if errors.Is(server.err, errNone) && os.Getenv("CI") == "" {
		t.Skip(server.err)
	}
	if server.err != nil {
		t.Fatal(server.err)
	}
	name := fmt.Sprintf("test_%d", server.count.Add(1))
	if _, err := server.admin.ExecContext(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The server and all that it holds goes in the end; this keeps it small until then.
		if _, err := server.admin.ExecContext(context.WithoutCancel(t.Context()), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return urlOf(name)
}

func urlOf(database string) soc.Secret {
	return soc.Secret("host=" + server.dir + " user=socme dbname=" + database + " sslmode=disable")
}

// start makes a cluster in a folder of its own and runs it on a socket. Nothing is synced:
// it lives for one run of tests.
func start() error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	if server.dir, err = os.MkdirTemp(inMemory(), "socme-pg-"); err != nil {
		return err
	}
	as, err := owner(server.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(server.dir, "data")
	initdb := command(as, filepath.Join(bin, "initdb"), "--pgdata", data, "--username=socme", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
	if text, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, text)
	}
	server.cmd = command(as, filepath.Join(bin, "postgres"), "-D", data, "-k", server.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "autovacuum=off",
		"-c", "shared_buffers=32MB", "-c", "max_wal_size=256MB", "-c", "max_connections=200", "-c", "log_min_messages=fatal")
	log, err := os.Create(filepath.Join(server.dir, "log")) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own handle
	server.cmd.Stdout, server.cmd.Stderr = log, log
	if err := server.cmd.Start(); err != nil {
		return err
	}
	if server.admin, err = sql.Open("pgx", string(urlOf("postgres"))); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := answers(ctx); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("start PostgreSQL: %w\n%s", err, text)
	}
	return makeTemplate(ctx)
}

// inMemory is a folder in memory, or else the usual one: a copy of a database for every
// test is much to write for a disk.
func inMemory() string {
	const dir, enough = "/dev/shm", 2 << 30
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < enough || unix.Access(dir, unix.W_OK) != nil {
		return ""
	}
	return dir
}

// answers waits until the server does.
func answers(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := server.admin.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// makeTemplate migrates one database, so that the tests need not.
func makeTemplate(ctx context.Context) error {
	if _, err := server.admin.ExecContext(ctx, `CREATE DATABASE `+template); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{Database: urlOf(template), Now: time.Now})
	if err != nil {
		return err
	}
	return s.Close()
}

// binaries is the folder of the newest PostgreSQL that Debian's packages have put here.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(slices.Max(found)), nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNone
	}
	return filepath.Dir(initdb), nil
}

// owner gives the folder to the user that PostgreSQL runs as: it refuses to run as root.
// Nil is the user of this process.
func owner(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(postgres.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(postgres.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
}

func command(as *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...) //nolint:gosec,noctx // PostgreSQL's own programs; Main and the parent's death end them
	cmd.Dir = "/"                      // which the other user may enter
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

func stop() error {
	if server.dir == "" {
		return nil
	}
	var errs []error
	if server.admin != nil {
		errs = append(errs, server.admin.Close())
	}
	if server.cmd != nil && server.cmd.Process != nil {
		errs = append(errs, server.cmd.Process.Signal(syscall.SIGQUIT)) // at once: nothing is kept
		_ = server.cmd.Wait()                                           // it says that it was stopped
	}
	return errors.Join(append(errs, os.RemoveAll(server.dir))...)
}
