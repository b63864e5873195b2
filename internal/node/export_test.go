package node

import (
	"context"

	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// Records are what a parcel would send.
func (p parcel) Records() []wire.Encoded { return p.records }

// Empty says that nothing waits.
func (p parcel) Empty() bool { return p.empty() }

// Held counts the records of a lane.
func (b *Outbox) Held(ctx context.Context, l soc.Lane) (n int, err error) {
	err = b.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM records WHERE lane = ?`, l).Scan(&n)
	return n, err
}

// Exec runs a statement behind the outbox's back.
func (b *Outbox) Exec(statement string) error {
	_, err := b.write.ExecContext(context.Background(), statement)
	return err
}

// Chain is the chain that a parcel belongs to.
func (p parcel) Chain() soc.Chain { return p.chain }

// Gone is the range that a parcel stands for; 0 for none.
func (p parcel) Gone() (from uint64, until soc.Head, dropped []soc.Withheld) {
	return p.missing, p.gone, p.dropped
}

// Ranges counts the runs of tombstones that were merged.
func (b *Outbox) Ranges(ctx context.Context) (n int, err error) {
	err = b.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM ranges`).Scan(&n)
	return n, err
}
