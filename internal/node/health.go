package node

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// beatSoon is how soon the core is told when something has changed.
const beatSoon = time.Second

// pruneEvery is how often the outbox forgets what it need not keep.
const pruneEvery = time.Minute

// beats tells the core that the node lives: every soc.BeatEvery, and soon after
// something has changed that people want to know at once. A beat that was not taken is
// followed by the next one sooner, a second later at first.
func (f *forwarder) beats(ctx context.Context) error {
	ticker := time.NewTicker(beatSoon)
	defer ticker.Stop()
	var told []string
	var toldAt, prunedAt time.Time
	failed, again := false, beatSoon
	for ctx.Err() == nil {
		now := time.Now() // a step of the machine's clock must neither stop the beats nor hurry them
		if marks := f.marks(); now.Sub(toldAt) >= again || (!failed && !slices.Equal(marks, told)) {
			err := f.beat(ctx)
			switch {
			case err == nil && failed:
				f.returned()
				again = soc.BeatEvery
			case err == nil:
				again = soc.BeatEvery
			case failed:
				again = min(2*again, soc.BeatEvery)
			default:
				again = beatSoon
			}
			failed = err != nil
			if failed && ctx.Err() == nil {
				f.log.DebugContext(ctx, "beat not taken", "err", err)
				if _, refused := errors.AsType[*wire.Refusal](err); !refused {
					// TCP may pause long before it tries again; a new connection begins afresh.
					f.small.CloseIdleConnections()
				}
			}
			told, toldAt = marks, now
		}
		if now.Sub(prunedAt) >= pruneEvery {
			prunedAt = now
			if err := f.outbox.Prune(ctx); err != nil && ctx.Err() == nil {
				f.log.ErrorContext(ctx, "outbox not pruned", "err", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	return nil
}

// marks are what makes a beat urgent when it changes.
func (f *forwarder) marks() []string {
	epoch, _ := f.outbox.Latest()
	marks := []string{string(epoch), f.outbox.Trouble()}
	for _, s := range f.sources() {
		marks = append(marks, s.State, s.Error)
	}
	return marks
}

// beatWait is how long each core has for its answer to a beat, or to any other small
// message: three fit into the time after which a node counts as offline.
const beatWait = 8 * time.Second

func (f *forwarder) beat(ctx context.Context) error {
	f.mu.Lock()
	due := f.now().After(pki.RenewAt(f.certificate.Leaf))
	f.mu.Unlock()
	if due {
		if err := f.renew(ctx); err != nil {
			f.log.WarnContext(ctx, "certificate not renewed", "err", err)
		}
	}
	beat, err := f.newBeat(ctx)
	if err != nil {
		return err
	}
	asked := f.outbox.clock.steady()
	beat.SentTime = f.now().UTC()
	body, err := json.Marshal(beat)
	if err != nil {
		return err
	}
	var reply wire.BeatReply
	err = f.ask(ctx, wire.PathBeat, "application/json", body, &reply)
	if err == nil {
		f.outbox.clock.learn(asked, reply.Time)
		err = f.outbox.Told(ctx, beat.Withheld)
	}
	var refusal *wire.Refusal
	if errors.As(err, &refusal) && refusal.Code == wire.CodeExpired {
		return f.renew(ctx)
	}
	return err
}

// newBeat tells how the node does now.
func (f *forwarder) newBeat(ctx context.Context) (wire.Beat, error) {
	beat := wire.Beat{Version: f.version, Sources: f.sources(), Outbox: string(f.outbox.first)}
	beat.Epoch, beat.Latest = f.outbox.Latest()
	usage, err := f.outbox.Usage(ctx)
	if err != nil {
		return beat, err
	}
	beat.Health = soc.NodeHealth{
		OutboxRecords: usage.Records, OutboxBytes: usage.Bytes, OutboxQuota: f.outbox.quota, OldestTime: usage.Oldest,
		Trouble: f.outbox.Trouble(),
	}
	f.machine.fill(ctx, &beat.Health, f.now())
	beat.Withheld, err = f.outbox.Untold(ctx)
	return beat, err
}

// renew has the core sign the node's key again.
func (f *forwarder) renew(ctx context.Context) error {
	csr, err := pki.Request(f.key)
	if err != nil {
		return err
	}
	body, err := json.Marshal(wire.RenewRequest{Request: csr})
	if err != nil {
		return err
	}
	var reply wire.RenewReply
	if err := f.ask(ctx, wire.PathRenew, "application/json", body, &reply); err != nil {
		return err
	}
	file := filepath.Join(f.dir, fileCert)
	if err := pki.WriteCertificate(file, reply.Certificate); err != nil {
		return err
	}
	cert, err := pki.ReadCertificate(file)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.certificate = pki.Pair(f.key, cert)
	f.mu.Unlock()
	f.http.CloseIdleConnections() // the next connection shows the new one
	f.small.CloseIdleConnections()
	f.log.InfoContext(ctx, "certificate renewed", "expires", cert.NotAfter)
	return nil
}
