package store

import (
	"context"
	"database/sql/driver"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// connector makes connections to PostgreSQL that take SQL as it is written for both.
type connector struct {
	driver.Connector
	texts *texts
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: inner.(*stdlib.Conn), texts: c.texts}, nil //nolint:forcetypeassert // what the connector of stdlib makes
}

// connection is pgx's, with our parameters.
type connection struct {
	*stdlib.Conn
	texts *texts
}

// copied are rows for COPY: the only argument of a statement of ours that begins with it.
type copied struct {
	*bulk
	args []any
}

func (c *connection) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, c.texts.rebind(text))
}

func (c *connection) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, c.texts.rebind(text), args)
}

func (c *connection) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 1 {
		if rows, ok := args[0].Value.(copied); ok {
			return c.copy(ctx, rows)
		}
	}
	return c.Conn.ExecContext(ctx, c.texts.rebind(text), args)
}

func (c *connection) copy(ctx context.Context, rows copied) (driver.Result, error) {
	width := rows.width()
	row := make([]any, width)
	n, err := c.Conn.Conn().CopyFrom(ctx, pgx.Identifier{rows.table}, rows.columns, pgx.CopyFromSlice(len(rows.args)/width, func(i int) ([]any, error) {
		var err error
		for j, arg := range rows.args[i*width : (i+1)*width] {
			if row[j], err = toPostgres(arg); err != nil {
				return nil, err
			}
		}
		return row, nil
	}))
	return driver.RowsAffected(n), err
}

// CheckNamedValue gives pgx the plain values that SQLite's driver gets, too.
func (c *connection) CheckNamedValue(v *driver.NamedValue) error {
	var err error
	v.Value, err = toPostgres(v.Value)
	return err
}

func toPostgres(arg any) (any, error) {
	switch arg := arg.(type) {
	case int64, []byte, nil, bool, [][]byte, []int64, []any, pgtype.TSVector, copied:
		return arg, nil
	case string:
		return plain(arg), nil
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(arg)
	if text, ok := value.(string); ok {
		value = plain(text)
	}
	return value, err
}

// plain is text as PostgreSQL takes it: UTF-8 without NUL, which sensors may write into
// the name of a rule.
func plain(text string) string {
	if strings.IndexByte(text, 0) < 0 && utf8.ValidString(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// texts remembers statements as PostgreSQL takes them.
type texts struct {
	mu    sync.RWMutex
	known map[string]string
}

// textsKept bounds what is remembered: queries of people make ever new texts.
const textsKept = 1000

func (t *texts) rebind(text string) string {
	if !strings.Contains(text, "?") {
		return text
	}
	t.mu.RLock()
	bound, ok := t.known[text]
	t.mu.RUnlock()
	if ok {
		return bound
	}
	bound = rebind(text)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil || len(t.known) >= textsKept {
		t.known = make(map[string]string, textsKept)
	}
	t.known[text] = bound
	return bound
}

// rebind writes ? and ?1 as PostgreSQL's $1, outside of quotes and comments.
func rebind(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 32)
	last := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' || c == '"':
			end := skip(text, i+1, c)
			b.WriteString(text[i:end])
			i = end - 1
		case c == '-' && strings.HasPrefix(text[i:], "--"):
			end := skip(text, i, '\n')
			b.WriteString(text[i:end])
			i = end - 1
		case c == '?':
			end := i + 1
			for end < len(text) && text[end] >= '0' && text[end] <= '9' {
				end++
			}
			n, err := strconv.Atoi(text[i+1 : end])
			if err != nil { // no number: the next one
				n = last + 1
			}
			last = max(last, n)
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			i = end - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// skip is where the text goes on behind the next end.
func skip(text string, from int, end byte) int {
	if i := strings.IndexByte(text[from:], end); i >= 0 {
		return from + i + 1
	}
	return len(text)
}
