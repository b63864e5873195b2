package store

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/socme-project/socme/soc"
)

// translate turns the database's errors into soc's. gorm's TranslateError does
// nothing over this driver.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return soc.ErrNotFound
	}
	if isUnique(err) {
		return fmt.Errorf("%w: it exists already", soc.ErrConflict)
	}
	return err
}

func isUnique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
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
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL
}

// unlessFull leaves out an error of a full disk: what was to be noted matters less than
// that people can read.
func unlessFull(err error) error {
	if isFull(err) {
		return nil
	}
	return err
}
