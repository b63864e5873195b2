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
