// Package ingest owns the nodes' door of the core: enrolment, batches by the
// ledger's rules, and beats. Who knocks is told by the certificate and nothing else.
// It imports store, hub, wire and pki; it knows nothing of people's API.
package ingest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// Ingest takes what nodes bring.
type Ingest struct {
	Store     *store.Store
	Hub       *hub.Hub
	Authority *pki.Authority
	Log       *slog.Logger
	Now       func() time.Time
	Metrics   *metrics.Metrics // nil counts nothing

	decoder *wire.Decoder
	crowd   crowd
	turns   turns
	heard   *heard
}

var system = soc.System("ingest")

// Prepare must be called once before anything else.
func (i *Ingest) Prepare() error {
	var err error
	i.turns = newTurns()
	i.heard = newHeard(time.Now())
	i.decoder, err = wire.NewDecoder()
	return err
}

// caller is the node that knocks, as the store knows it.
type caller struct {
	id soc.NodeID
	store.NodeKey
}

// accept takes a batch of the caller's.
func (i *Ingest) accept(ctx context.Context, from caller, body []byte) (wire.Head, error) {
	header, entries, err := i.decoder.Decode(body)
	if err != nil {
		return wire.Head{}, fmt.Errorf("%w: %w", soc.ErrInvalid, err)
	}
	if len(entries) == 0 {
		return wire.Head{}, fmt.Errorf("%w: the batch holds no records", soc.ErrInvalid)
	}
	chain, err := chainOf(from, header)
	if err != nil {
		return wire.Head{}, err
	}
	last := entries[len(entries)-1]
	statement := soc.Statement{Chain: chain, Head: soc.Head{Seq: last.Seq, Value: last.Value}, Time: header.SentTime}
	if !statement.Verify(from.LedgerKey, header.Signature) {
		return wire.Head{}, fmt.Errorf("%w: the signature over the batch's head is not the node's", soc.ErrForbidden)
	}
	dropped := slices.ContainsFunc(entries, func(e soc.Entry) bool { return e.Dropped && e.Alert.Rule.ID != "" })
	began := time.Now()
	done, err := i.commitBatch(ctx, store.Delivery{
		Chain: chain, Latest: header.Latest, Entries: entries,
		Signed: soc.Signed{Time: header.SentTime, Signature: header.Signature},
	})
	var ledger *soc.LedgerError
	if errors.As(err, &ledger) && ledger.Fork {
		return wire.Head{}, errors.Join(err, i.raiseFork(ctx, from, header.Epoch, ledger.Detail))
	}
	if err != nil {
		return wire.Head{}, err
	}
	i.Metrics.Taken(metrics.Batch{Records: len(entries), Alerts: len(done.Fed), Bytes: len(body), Took: time.Since(began)})
	if dropped {
		if err := i.raiseFull(ctx, from); err != nil {
			return wire.Head{}, err
		}
	}
	if header.Previous != "" && entries[0].Seq == 1 {
		if err := i.raiseFork(ctx, from, header.Previous, header.Reason); err != nil {
			return wire.Head{}, err
		}
	}
	if done.Before != "" {
		err := i.raiseFork(ctx, from, done.Before, "the node's outbox was made anew: what had waited in the old one is gone, unless the sensor's files still hold it")
		if err != nil {
			return wire.Head{}, err
		}
	}
	return wire.Head{Epoch: header.Epoch, Lane: header.Lane, Seq: done.Head.Seq, Value: done.Head.Value}, nil
}

// commitBatch commits a delivery when its turn has come: a node sends the next batch
// while one is being written, and it may be ready before.
func (i *Ingest) commitBatch(ctx context.Context, d store.Delivery) (store.Accepted, error) {
	i.Store.Prepare(&d)
	for {
		moved, alone := i.turns.watch(d.Chain.Node)
		done, err := i.commit(ctx, d)
		var ledger *soc.LedgerError
		if early := errors.As(err, &ledger) && !ledger.Fork; !early || !i.turns.wait(ctx, moved, alone) {
			return done, err
		}
	}
}

func chainOf(from caller, header wire.Header) (soc.Chain, error) {
	if n := len(header.Epoch); n < 8 || n > 64 || len(header.Previous) > 64 || header.Epoch == header.Previous {
		return soc.Chain{}, fmt.Errorf("%w: the epoch is not named as epochs are", soc.ErrInvalid)
	}
	if lanes := soc.Lanes(); !slices.Contains(lanes[:], header.Lane) {
		return soc.Chain{}, fmt.Errorf("%w: the batch names no lane", soc.ErrInvalid)
	}
	return soc.Chain{Node: from.id, Epoch: header.Epoch, Previous: header.Previous, Lane: header.Lane}, nil
}

// missing goes on behind records that the caller no longer holds, and tells people.
func (i *Ingest) missing(ctx context.Context, from caller, m wire.Missing) (wire.Head, error) {
	chain, err := chainOf(from, m.Header)
	if err != nil {
		return wire.Head{}, err
	}
	if m.From == 0 || m.From > m.Head.Seq {
		return wire.Head{}, fmt.Errorf("%w: records %d to %d are no range", soc.ErrInvalid, m.From, m.Head.Seq)
	}
	if len(m.Dropped) > wire.MaxWithheld {
		return wire.Head{}, fmt.Errorf("%w: %d rules for one range, at most %d are taken", soc.ErrInvalid, len(m.Dropped), wire.MaxWithheld)
	}
	statement := soc.Statement{Chain: chain, Head: m.Head, Missing: m.From, Dropped: soc.DroppedHash(m.Dropped), Time: m.Header.SentTime}
	if !statement.Verify(from.LedgerKey, m.Header.Signature) {
		return wire.Head{}, fmt.Errorf("%w: the signature over the missing range is not the node's", soc.ErrForbidden)
	}
	head, err := i.Store.AcceptMissing(ctx, system, store.Missing{
		Chain: chain, From: m.From, Head: m.Head, Latest: m.Header.Latest,
		Signed: soc.Signed{Time: m.Header.SentTime, Signature: m.Header.Signature}, Dropped: m.Dropped,
	})
	reply := wire.Head{Epoch: chain.Epoch, Lane: chain.Lane, Seq: head.Seq, Value: head.Value}
	if err != nil {
		return wire.Head{}, err
	}
	if len(m.Dropped) > 0 {
		return reply, i.raiseFull(ctx, from)
	}
	err = i.raise(ctx, from, notice{
		rule: "records-missing", once: fmt.Sprintf("missing %s %s %s %d", from.id, chain.Epoch, chain.Lane, m.From),
		name:     fmt.Sprintf("Node %s has lost records", from.Name),
		severity: soc.SeverityHigh,
		details: []soc.Detail{
			{Name: "lane", Value: chain.Lane.String()},
			{Name: "records", Value: fmt.Sprintf("%d to %d", m.From, m.Head.Seq)},
			{Name: "epoch", Value: string(chain.Epoch)},
			{Name: "what to do", Value: "Look for who or what deleted them from the node's outbox; what they said may still be in the sensor's own files."},
		},
	})
	return reply, err
}

// raiseFull tells, once a day and node, that an outbox had to drop alerts.
func (i *Ingest) raiseFull(ctx context.Context, from caller) error {
	return i.raise(ctx, from, notice{
		rule: "outbox-full", once: fmt.Sprintf("outbox full %s %s", from.id, i.Now().UTC().Format(time.DateOnly)),
		name:     fmt.Sprintf("Node %s had to drop alerts", from.Name),
		severity: soc.SeverityHigh,
		details: []soc.Detail{
			{Name: "reason", Value: "its outbox reached its quota before the core could take what waited"},
			{Name: "what to do", Value: "The node's page counts by rule what was dropped; the sensor's own files may still hold it. Mend the link, raise the quota in node.toml, or filter what nobody needs."},
		},
	})
}

func (i *Ingest) raiseFork(ctx context.Context, from caller, epoch soc.Epoch, why string) error {
	return i.raise(ctx, from, notice{
		rule: "ledger-fork", once: fmt.Sprintf("fork %s %s", from.id, epoch),
		name:     fmt.Sprintf("The ledger of node %s has forked", from.Name),
		severity: soc.SeverityHigh,
		details: []soc.Detail{
			{Name: "reason", Value: why},
			{Name: "epoch", Value: string(epoch)},
			{Name: "what to do", Value: "Expected after the node or the core was restored from a copy; otherwise somebody changed the node's outbox or the core's database. The node goes on in a new epoch and sends again all that it holds."},
		},
	})
}

// notice is an alert of SOCme's own about a node.
type notice struct {
	rule, name, once string
	severity         soc.Severity
	details          []soc.Detail
}

func (i *Ingest) raise(ctx context.Context, about caller, n notice) error {
	now := i.Now().UTC().Truncate(time.Millisecond)
	alert := soc.Alert{
		ID:       soc.NewAlertID(now, about.id, []byte(n.once)),
		Severity: n.severity, Rule: soc.Rule{Engine: soc.EngineSOCme, ID: n.rule, Name: n.name},
		Details: n.details, EventTime: now, SeenTime: now,
	}
	return i.Hub.Commit(func() ([]soc.Fed, error) {
		fed, err := i.Store.Raise(ctx, system, store.Notice{Alert: alert, Client: about.Client, Node: about.id, Once: n.once})
		if len(fed) > 0 {
			i.Log.WarnContext(ctx, "notice raised", "rule", n.rule, "node", about.id)
		}
		return fed, err
	})
}

// enrol turns a token's secret into a certificate.
func (i *Ingest) enrol(ctx context.Context, request wire.EnrolRequest, address string) (wire.EnrolReply, error) {
	if len(request.LedgerKey) != ed25519.PublicKeySize {
		return wire.EnrolReply{}, fmt.Errorf("%w: the ledger key is no ed25519 key", soc.ErrInvalid)
	}
	if request.Node != "" && !ed25519.Verify(request.LedgerKey, []byte(request.Secret), request.Proof) {
		return wire.EnrolReply{}, fmt.Errorf("%w: the data folder does not prove that it was node %s", soc.ErrForbidden, request.Node)
	}
	reply := wire.EnrolReply{Authority: i.Authority.Certificate.Raw}
	node, err := i.Store.Enrol(ctx, system, store.Enrolment{
		Secret: soc.Secret(request.Secret), LedgerKey: request.LedgerKey, Name: request.Name, Node: request.Node, Address: address,
		Sign: func(id soc.NodeID) (time.Time, error) {
			cert, err := i.Authority.SignNode(request.Request, id, i.Now())
			if err != nil {
				return time.Time{}, err
			}
			reply.Certificate = cert.Raw
			return cert.NotAfter, nil
		},
	})
	if errors.Is(err, store.ErrUsed) {
		about := caller{id: node.ID, NodeKey: store.NodeKey{Name: node.Name, Client: node.ClientID}}
		return wire.EnrolReply{}, errors.Join(err, i.raise(ctx, about, notice{
			rule: "token-used-twice", once: "token used twice " + string(node.ID),
			name:     fmt.Sprintf("The enrolment token of node %s was used a second time", node.Name),
			severity: soc.SeverityHigh,
			details: []soc.Detail{
				{Name: "first use", Value: node.EnrolledTime.Format(time.RFC3339)},
				{Name: "what to do", Value: "Nothing was given out. If it was not you, somebody has seen the token: revoke the node if you do not know its address, and enrol it again."},
			},
		}))
	}
	if err != nil {
		return wire.EnrolReply{}, err
	}
	reply.Node, reply.Name, reply.Client = node.ID, node.Name, node.Client
	i.Log.InfoContext(ctx, "node enrolled", "node", node.ID, "name", node.Name, "client", node.Client)
	return reply, nil
}
