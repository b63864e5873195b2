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
	"sync/atomic"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver "pgx"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/soc"
)

// errNone means that this machine has no PostgreSQL.
var errNone = errors.New("PostgreSQL is not installed; tools/setup test installs it")

// Server is a PostgreSQL of its own, on a socket in a temporary folder.
type Server struct {
	dir   string // socket, log and, unless it is kept, data
	data  string
	kept  bool
	cmd   *exec.Cmd
	admin *sql.DB
	count atomic.Int64
}

// template is the database that New copies.
const template = "socme_template"

// unsafe are the settings of a server that lives for one run of tests: nothing is synced.
var unsafe = []string{"fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "shared_buffers=32MB", "max_wal_size=256MB"}

// Start makes a cluster in a folder under dir and runs it with settings such as
// "fsync=off"; ctx is for the start alone. The server dies with this process in any case.
func Start(ctx context.Context, dir string, settings ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{}
	if s.dir, err = os.MkdirTemp(dir, "socme-pg-"); err != nil {
		return nil, err
	}
	s.data = filepath.Join(s.dir, "data")
	err = s.run(ctx, bin, settings)
	if err == nil {
		err = s.makeTemplate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Keep runs a cluster that stays in a folder of its own, which is made if it is not there.
func Keep(ctx context.Context, data string, settings ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	s := &Server{data: data, kept: true}
	if s.dir, err = os.MkdirTemp("", "socme-pg-"); err != nil {
		return nil, err
	}
	if err := s.run(ctx, bin, settings); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Database is the URL of a database by its name. It is made if it is not there.
func (s *Server) Database(ctx context.Context, name string) (soc.Secret, error) {
	var there bool
	err := s.admin.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	if err == nil && !there {
		_, err = s.admin.ExecContext(ctx, `CREATE DATABASE `+name)
	}
	return s.url(name), err
}

func (s *Server) run(ctx context.Context, bin string, settings []string) error {
	as, err := owner(s.dir)
	if err != nil {
		return err
	}
	if err := s.makeCluster(as, bin); err != nil {
		return err
	}
	args := []string{"-D", s.data, "-k", s.dir}
	for _, setting := range append([]string{"listen_addresses=", "max_connections=200", "log_min_messages=fatal"}, settings...) {
		args = append(args, "-c", setting)
	}
	s.cmd = command(as, filepath.Join(bin, "postgres"), args...)
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own handle
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if s.admin, err = sql.Open("pgx", string(s.url("postgres"))); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.answers(ctx); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("start PostgreSQL: %w\n%s", err, text)
	}
	return nil
}

// makeCluster makes the data folder, unless it is there.
func (s *Server) makeCluster(as *syscall.Credential, bin string) error {
	if _, err := os.Stat(filepath.Join(s.data, "PG_VERSION")); err == nil {
		return nil
	}
	if s.kept && as != nil {
		if err := os.Chown(s.data, int(as.Uid), int(as.Gid)); err != nil {
			return err
		}
	}
	initdb := command(as, filepath.Join(bin, "initdb"), "--pgdata", s.data, "--username=socme", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
	if text, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, text)
	}
	return nil
}

// answers waits until the server does.
func (s *Server) answers(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.admin.PingContext(ctx)
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

// makeTemplate migrates one database, so that those of the tests need not.
func (s *Server) makeTemplate(ctx context.Context) error {
	if _, err := s.admin.ExecContext(ctx, `CREATE DATABASE `+template); err != nil {
		return err
	}
	migrated, err := store.Open(ctx, store.Options{Database: s.url(template), Now: time.Now})
	if err != nil {
		return err
	}
	return migrated.Close()
}

// New makes a database with the newest schema.
func (s *Server) New(ctx context.Context) (url soc.Secret, drop func(ctx context.Context) error, err error) {
	return s.make(ctx, template)
}

// Empty makes a database without any table.
func (s *Server) Empty(ctx context.Context) (url soc.Secret, drop func(ctx context.Context) error, err error) {
	return s.make(ctx, "template1")
}

func (s *Server) make(ctx context.Context, like string) (url soc.Secret, drop func(ctx context.Context) error, err error) {
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	_, err = s.admin.ExecContext(ctx, `CREATE DATABASE `+name+` TEMPLATE `+like)
	return s.url(name), func(ctx context.Context) error {
		_, err := s.admin.ExecContext(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
		return err
	}, err
}

func (s *Server) url(database string) soc.Secret {
	return soc.Secret("host=" + s.dir + " user=socme dbname=" + database + " sslmode=disable")
}

// Stop ends the server and removes all that it held, unless it was to be kept.
func (s *Server) Stop() error {
	var errs []error
	if s.admin != nil {
		errs = append(errs, s.admin.Close())
	}
	if s.cmd != nil && s.cmd.Process != nil {
		how := syscall.SIGQUIT // at once: nothing is kept
		if s.kept {
			how = syscall.SIGINT
		}
		errs = append(errs, s.cmd.Process.Signal(how))
		_ = s.cmd.Wait() // it says that it was stopped
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
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
