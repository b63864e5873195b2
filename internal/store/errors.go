package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/socme-project/socme/soc"
)

// What PostgreSQL's errors mean, by their SQLSTATE.
const (
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgDiskFull      = "53100"
	pgTooMany       = "53300" // connections
	pgReadOnly      = "25006" // a standby
	pgShutdown      = "57P01" // and the two after it: crash, not ready yet
	pgCrash         = "57P02"
	pgStarting      = "57P03"
)

// pgState is the SQLSTATE of an error, "" if it is none of PostgreSQL's.
func pgState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// translate turns the database's errors into soc's. gorm's TranslateError does
// nothing over these drivers.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) {
		return soc.ErrNotFound
	}
	if isUnique(err) {
		return fmt.Errorf("%w: it exists already", soc.ErrConflict)
	}
	return err
}

func isUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return pgState(err) == pgUnique
}

// isAgain says that a transaction stood in another's way: it may run again. On SQLite
// who waits for the one writer waits in busy_timeout.
func isAgain(err error) bool {
	state := pgState(err)
	return state == pgSerialization || state == pgDeadlock
}

// mustAll refuses a scope that does not cover every client.
func mustAll(scope soc.Scope) error {
	if !scope.All() {
		return soc.ErrForbidden
	}
	return nil
}

// mustAdmin refuses everybody but an admin of all clients and the program itself.
func mustAdmin(scope soc.Scope) error {
	if !scope.All() || scope.Role() != soc.RoleAdmin {
		return soc.ErrForbidden
	}
	return nil
}

// isFull says whether an error means that the disk, or the file system's quota, is full.
func isFull(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_FULL
	}
	return pgState(err) == pgDiskFull
}

// isAway says that PostgreSQL does not answer, or takes nothing in now.
func isAway(err error) bool {
	switch pgState(err) {
	case pgTooMany, pgReadOnly, pgShutdown, pgCrash, pgStarting:
		return true
	case "":
		var connect *pgconn.ConnectError
		var network net.Error
		return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	return false
}

// troubleOf tells people why nothing can be written; "" if the error is another.
func troubleOf(err error) string {
	switch {
	case isFull(err):
		return "The disk of the core is full: nothing is taken in. The nodes keep what they find; make room on the disk."
	case isAway(err):
		return "The core's database does not answer: nothing is taken in. The nodes keep what they find; look at PostgreSQL and its log."
	}
	return ""
}

// unlessFull leaves out an error of a full disk: what was to be noted matters less than
// that people can read.
func unlessFull(err error) error {
	if isFull(err) {
		return nil
	}
	return err
}
