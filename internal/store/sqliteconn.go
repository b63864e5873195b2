package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// How many statements a connection to SQLite keeps prepared, and how long their text may
// be: longer ones are of one use, such as the steps of a migration.
const (
	preparedKept = 64
	preparedText = 8 << 10
)

// sqliteConnector makes connections that keep the statements they have run: to parse one
// takes SQLite as long as to run it over a few rows.
type sqliteConnector struct {
	driver driver.Driver
	name   string
}

// connectSQLite is the connector of a database by its URI.
func connectSQLite(name string) (sqliteConnector, error) {
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return sqliteConnector{}, err
	}
	return sqliteConnector{db.Driver(), name}, db.Close()
}

func (c sqliteConnector) Driver() driver.Driver { return c.driver }

func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(sqliteDriverConn)
	if !ok {
		return nil, errors.Join(errors.New("the driver of SQLite has changed its connections"), conn.Close())
	}
	return &sqliteConn{inner, map[string]sqliteStmt{}}, nil
}

// sqliteDriverConn is what the driver's connections can do of what database/sql may ask.
type sqliteDriverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// sqliteConn keeps its statements by their text. One that runs is not among them: the same
// text may be run again while its rows are read.
type sqliteConn struct {
	sqliteDriverConn
	idle map[string]sqliteStmt
}

func (c *sqliteConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	return result, errors.Join(err, c.keep(text, stmt))
}

func (c *sqliteConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.keep(text, stmt))
	}
	return &sqliteRows{rows, func() error { return c.keep(text, stmt) }}, nil
}

func (c *sqliteConn) take(ctx context.Context, text string) (sqliteStmt, error) {
	if stmt, ok := c.idle[text]; ok {
		delete(c.idle, text)
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.(sqliteStmt), nil //nolint:forcetypeassert // what the driver makes
}

// keep keeps a statement for the next time, and lets any other go where there are too many.
func (c *sqliteConn) keep(text string, stmt sqliteStmt) error {
	if _, ok := c.idle[text]; ok || len(text) > preparedText {
		return stmt.Close()
	}
	var err error
	if len(c.idle) >= preparedKept {
		for other, old := range c.idle {
			delete(c.idle, other)
			err = old.Close()
			break
		}
	}
	c.idle[text] = stmt
	return err
}

func (c *sqliteConn) Close() error {
	var errs []error
	for _, stmt := range c.idle {
		errs = append(errs, stmt.Close())
	}
	clear(c.idle)
	return errors.Join(append(errs, c.sqliteDriverConn.Close())...)
}

// sqliteRows gives their statement back when they are closed.
type sqliteRows struct {
	driver.Rows
	done func() error
}

func (r *sqliteRows) Close() error { return errors.Join(r.Rows.Close(), r.done()) }
