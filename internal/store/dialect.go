package store

import (
	"context"
	"database/sql"

	"github.com/socme-project/socme/internal/query"
)

// dialect is what SQLite and PostgreSQL do differently; all other SQL is written once
// and runs on both. For that:
//
//  1. Parameters are ? (or ?1, ?2 where one is used twice), never $1 and never part of
//     the text; on PostgreSQL the connection rewrites them.
//  2. A truth is a bool: WHERE demo, NOT witnessed, SET witnessed = TRUE; never = 1.
//  3. A new number comes back by RETURNING num; there is no LastInsertId.
//  4. In ON CONFLICT … DO UPDATE the old value is table.column: count alone is ambiguous.
//     The larger of two is larger(a, b): MAX and MIN are for groups only.
//  5. A subquery in FROM has a name: (SELECT …) AS newest. What a grouped SELECT shows
//     stands in GROUP BY, or hangs on a primary key that does.
//  6. Rows are read to their end and closed before the next statement of a transaction.
//     A statement that failed ends the transaction: ON CONFLICT, not a look at the error.
//  7. What a transaction reads and then writes it reads with forUpdate. Rows that other
//     transactions write too, such as counts, come last and in the order of their keys. It
//     may run twice: what it does outside the database must be fit for that.
//  8. Many values are compared with oneOf. Text is compared by its bytes; without case
//     it is lower(column) against a value in lower case, and only ASCII folds. No
//     COLLATE, GLOB, ILIKE, json functions, date functions, rowid of a table.
//  9. Times are integer milliseconds. Columns are BIGINT, INTEGER, TEXT COLLATE "C",
//     BYTEA and BOOLEAN on PostgreSQL, for INTEGER, TEXT and BLOB on SQLite.
//  10. A change of the schema is a file in both folders of migrations, with the same
//     number; a test holds both schemas against each other.
type dialect interface {
	// folder holds the migrations.
	folder() string
	// lockSchema keeps other processes from migrating, until conn is closed or unlocked.
	lockSchema(ctx context.Context, conn *sql.Conn) (unlock func() error, err error)

	// announce tells other cores, when the transaction commits, that this one has fed.
	announce(ctx context.Context, tx *sql.Tx, from string) error
	// lockJob takes what one core at a time may have, or gives no unlock.
	lockJob(ctx context.Context, db *sql.DB, job Job) (unlock func() error, err error)

	// forUpdate ends a SELECT: the rows of the table stay as they are until the
	// transaction is over. On SQLite there is one writer, so it is empty.
	forUpdate(table string) string
	// snapshot are the options of a reading transaction that sees one moment.
	snapshot() *sql.TxOptions
	// oneOf is a condition behind a column: it is one of the values, of which there is
	// at least one.
	oneOf(values [][]byte) (condition string, args []any)
	// oneOfNums is the same for numbers, of which there may be very many, or none.
	oneOfNums(nums []int64) (condition string, args []any)

	// text is how query.AlertText, and tokens that stand alone, are stored in alert_text.
	// addTokens adds more of these.
	text(words, tokens string) any
	addTokens(text any, tokens []string) any
	// places are the rows of new alerts in alert_text; the numbers of the alerts go on
	// from first.
	places(ctx context.Context, tx *sql.Tx, first int64, fresh []newAlert) ([]int64, error)
	// textLeads says that the text index gives what it finds in the order of lists.
	textLeads() bool
	// matchText finds the alerts whose text has what is looked up. few says that they are
	// few anyhow and looked at one by one.
	matchText(l query.Lookup, few bool) (condition string, args []any)

	// prepare and insert are for rows by the thousand, see bulk.
	prepare(ctx context.Context, db *sql.DB, b *bulk) error
	insert(ctx context.Context, tx *sql.Tx, b *bulk, args []any) error
	// numbers gives n numbers of a counter (alert, group) that nobody else gets, and
	// returns the first. n is at most maxDelivery.
	numbers(ctx context.Context, tx *sql.Tx, of string, n int) (int64, error)

	// loading are statements around Load, and secondary asks for the names of the indexes
	// that it does without, and the statements that make them.
	loading() (before, after []string)
	secondary() string
}

// larger is the larger of two expressions.
func larger(a, b string) string {
	return `CASE WHEN ` + a + ` < ` + b + ` THEN ` + b + ` ELSE ` + a + ` END`
}

// smaller is the smaller of two expressions.
func smaller(a, b string) string { return larger(b, a) }
