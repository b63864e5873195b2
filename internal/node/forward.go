package node

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// How long to wait at most between tries: a core on this machine is back soon.
const (
	retryMost     = time.Minute
	retryLoopback = 5 * time.Second
)

// forwarder brings the outbox to the core: each lane has a loop of its own, so an
// urgent alert never waits behind a normal batch.
type forwarder struct {
	dir     string
	version string
	log     *slog.Logger
	now     func() time.Time
	outbox  *Outbox
	sources func() []soc.SourceHealth
	machine *machine
	http    *http.Client // for batches, and what is as long
	small   *http.Client // for everything else: on a connection of its own it waits behind no batch
	key     crypto.Signer
	most    time.Duration // longest pause between tries

	mu          sync.Mutex
	cores       []string // the one that answered last stands first
	certificate *tls.Certificate
	compared    bool          // the core's heads have been held against ours
	back        chan struct{} // closed when the core answers again
}

func newForwarder(o Options, id Identity, outbox *Outbox, sources func() []soc.SourceHealth) (*forwarder, error) {
	key, err := pki.ReadKey(filepath.Join(o.Dir, fileKey))
	if err != nil {
		return nil, err
	}
	cert, err := pki.ReadCertificate(filepath.Join(o.Dir, fileCert))
	if err != nil {
		return nil, err
	}
	authority, err := pki.ReadCertificate(filepath.Join(o.Dir, fileAuthority))
	if err != nil {
		return nil, err
	}
	f := &forwarder{
		dir: o.Dir, version: o.Version, log: o.Log, now: o.Now, outbox: outbox, sources: sources, machine: newMachine(o.Dir, o.Now()), key: key,
		cores: append([]string(nil), id.Cores...), certificate: pki.Pair(key, cert), most: retryMost,
		back: make(chan struct{}),
	}
	if len(f.cores) > 0 && onLoopback(f.cores[0]) {
		f.most = retryLoopback
	}
	f.http = &http.Client{Timeout: time.Minute, Transport: f.transport(authority)}
	f.small = &http.Client{Timeout: beatWait, Transport: f.comparing(f.transport(authority))}
	return f, nil
}

func (f *forwarder) transport(authority *x509.Certificate) *http.Transport {
	config := pki.Client(authority, nil)
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.certificate, nil
	}
	return &http.Transport{
		TLSClientConfig: config, ForceAttemptHTTP2: true,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute,
		// A link that died without a word is noticed, and its requests tried again.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// comparing has the heads compared after each new connection: whoever restored the core
// from a backup started it again, and nothing else may tell a quiet node.
func (f *forwarder) comparing(t *http.Transport) *http.Transport {
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			f.recompare()
		}
		return conn, err
	}
	return t
}

func onLoopback(core string) bool {
	u, err := url.Parse(core)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || (err == nil && addr.IsLoopback())
}

// lane forwards one lane until ctx ends.
func (f *forwarder) lane(ctx context.Context, l soc.Lane) error {
	s := sender{forwarder: f, lane: l, limit: wire.MaxRecords}
	for i := range s.encoders {
		var err error
		if s.encoders[i], err = wire.NewEncoder(); err != nil {
			return err
		}
	}
	defer func() { _ = s.land() }() // nothing of ours outlives the lane
	retry := newBackoff(f.most)
	down := false
	for ctx.Err() == nil {
		sent, err := s.step(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			if !down {
				f.log.WarnContext(ctx, "the core takes nothing, trying again", "lane", l.String(), "err", err)
			}
			down = true
			_ = retry.waitOr(ctx, f.answers()) // the loop sees that ctx has ended
		case sent:
			if down {
				f.log.InfoContext(ctx, "delivering again", "lane", l.String())
			}
			down = false
			retry.reset()
		default:
			select {
			case <-ctx.Done():
			case <-f.outbox.More(l):
			}
		}
	}
	return nil
}

// window is how many batches of a lane may be on their way: while the core writes
// one, it decodes the next.
const window = 2

// sender is one lane's loop.
type sender struct {
	*forwarder
	lane     soc.Lane
	limit    int // records a batch; halved while the core refuses one as bad, or the link is too slow for it
	encoders [window]*wire.Encoder
	turn     int      // whose encoder is free
	flying   []flight // the oldest first
}

// flight is a parcel on its way.
type flight struct {
	parcel
	answer chan error
}

// step keeps the window full and takes one answer; false means that nothing waits.
func (s *sender) step(ctx context.Context) (sent bool, err error) {
	if len(s.flying) == 0 {
		if err := s.compare(ctx); err != nil {
			return false, err
		}
	}
	if err := s.fill(ctx); err != nil {
		return false, errors.Join(err, s.land())
	}
	if len(s.flying) == 0 {
		return false, nil
	}
	first := s.flying[0]
	s.flying = s.flying[1:]
	if err := <-first.answer; err != nil {
		_ = s.land() // what the core said of the next means nothing when this one was not taken
		return s.settle(ctx, first.parcel, err)
	}
	s.limit = min(2*s.limit, wire.MaxRecords)
	return true, nil
}

// fill sends what comes next until the window is full.
func (s *sender) fill(ctx context.Context) error {
	for len(s.flying) < window {
		after := uint64(0)
		if n := len(s.flying); n > 0 {
			if after = s.flying[n-1].last(); after == 0 {
				return nil // a missing range goes alone
			}
		}
		p, err := s.outbox.Pending(ctx, s.lane, after, s.limit)
		if err != nil || p.empty() {
			return err
		}
		if n := len(s.flying); n > 0 && (p.missing > 0 || p.chain != s.flying[n-1].chain) {
			return nil
		}
		f := flight{p, make(chan error, 1)}
		encoder := s.encoders[s.turn]
		s.turn = (s.turn + 1) % window
		go func() { f.answer <- s.deliver(ctx, f.parcel, encoder) }()
		s.flying = append(s.flying, f)
	}
	return nil
}

// land waits for all that is on its way.
func (s *sender) land() error {
	var errs []error
	for _, f := range s.flying {
		errs = append(errs, <-f.answer)
	}
	s.flying = nil
	return errors.Join(errs...)
}

// settle acts on an error of a delivery. Without one of its own, the next step may follow at once.
func (s *sender) settle(ctx context.Context, p parcel, err error) (sent bool, _ error) {
	if refusal, ok := errors.AsType[*wire.Refusal](err); ok {
		return true, s.refused(ctx, p, refusal)
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		s.limit = max(1, len(p.records)/2)
	}
	return false, err
}

// deliver sends a parcel and notes what the core has confirmed.
func (s *sender) deliver(ctx context.Context, p parcel, encoder *wire.Encoder) error {
	head, err := s.send(ctx, p, encoder)
	if err != nil {
		return err
	}
	return s.outbox.Ack(head.Epoch, head.Lane, head.Seq)
}

func (s *sender) send(ctx context.Context, p parcel, encoder *wire.Encoder) (wire.Head, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	header := wire.Header{Epoch: p.chain.Epoch, Previous: p.chain.Previous, Reason: p.reason, Lane: s.lane, Latest: p.latest, SentTime: now}
	var ack wire.Ack
	if p.missing > 0 {
		header.Signature = soc.Statement{Chain: p.chain, Head: p.gone, Missing: p.missing, Dropped: soc.DroppedHash(p.dropped), Time: now}.Sign(s.outbox.key)
		if len(p.dropped) == 0 {
			s.log.ErrorContext(ctx, "records are gone from the outbox", "lane", s.lane.String(), "first", p.missing, "last", p.gone.Seq)
		}
		body, err := json.Marshal(wire.Missing{Header: header, From: p.missing, Head: p.gone, Dropped: p.dropped})
		if err != nil {
			return wire.Head{}, err
		}
		err = s.ask(ctx, wire.PathMissing, "application/json", body, &ack)
		return ack.Head, err
	}
	last := p.records[len(p.records)-1]
	header.Signature = soc.Statement{Chain: p.chain, Head: soc.Head{Seq: last.Seq, Value: last.Value}, Time: now}.Sign(s.outbox.key)
	body, err := encoder.Encode(header, p.records)
	if err != nil {
		return wire.Head{}, err
	}
	err = s.ask(ctx, wire.PathBatch, "application/zstd", body, &ack)
	return ack.Head, err
}

// refused acts on what the core said. It returns nil when the next step may follow at once.
func (s *sender) refused(ctx context.Context, p parcel, r *wire.Refusal) error {
	switch r.Code {
	case wire.CodeGap:
		// The core has less than it had confirmed: Compare finds out and says how.
		s.recompare()
		return s.compare(ctx)
	case wire.CodeFork:
		return s.outbox.Reopen(ctx, p.chain.Epoch, r.Detail)
	case wire.CodeExpired:
		return s.renew(ctx)
	case wire.CodeBad:
		if len(p.records) > 1 {
			s.limit = max(1, len(p.records)/2)
			return nil
		}
		if len(p.records) == 1 && !p.records[0].Dropped {
			s.log.ErrorContext(ctx, "the core cannot accept a record, its raw line is dropped", "lane", s.lane.String(), "seq", p.records[0].Seq, "err", r.Detail)
			return s.outbox.Drop(ctx, p.chain.Epoch, s.lane, p.records[0].Seq)
		}
	}
	return r
}

// compare asks the core for its heads, once after each new connection and after a gap.
func (f *forwarder) compare(ctx context.Context) error {
	f.mu.Lock()
	compared := f.compared
	f.mu.Unlock()
	if compared {
		return nil
	}
	before := f.outbox.Confirmed()
	var heads wire.Heads
	err := f.ask(ctx, wire.PathHeads, "application/json", nil, &heads)
	var refusal *wire.Refusal
	if errors.As(err, &refusal) && refusal.Code == wire.CodeExpired {
		return f.renew(ctx)
	}
	if err != nil {
		return err
	}
	fork, err := f.outbox.Compare(ctx, before, heads)
	if err == nil && fork != "" {
		err = f.outbox.Reopen(ctx, before.epoch, fork)
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.compared = true
	f.mu.Unlock()
	return nil
}

// recompare has the heads compared before the next delivery, and now if none waits.
func (f *forwarder) recompare() {
	f.mu.Lock()
	f.compared = false
	f.mu.Unlock()
	f.outbox.Wake()
}

// returned ends the pauses of the lanes: the core answers again.
func (f *forwarder) returned() {
	f.recompare() // who comes back may have come back from an older backup
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.back)
	f.back = make(chan struct{})
}

// answers is closed when a beat gets through after one that did not.
func (f *forwarder) answers() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.back
}

// ask tries the cores in turn, the one that answered last first.
func (f *forwarder) ask(ctx context.Context, path, kind string, body []byte, into any) error {
	client := f.small
	if path == wire.PathBatch || path == wire.PathFacts {
		client = f.http
	}
	f.mu.Lock()
	cores := append([]string(nil), f.cores...)
	f.mu.Unlock()
	errs := []error{}
	for i, core := range cores {
		err := post(ctx, client, core+path, kind, body, into)
		var refusal *wire.Refusal
		if err == nil || errors.As(err, &refusal) {
			if i > 0 {
				f.prefer(core)
			}
			return err
		}
		errs = append(errs, err)
	}
	return fmt.Errorf("no core can be reached: %w", errors.Join(errs...))
}

func (f *forwarder) prefer(core string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	cores := []string{core}
	for _, other := range f.cores {
		if other != core {
			cores = append(cores, other)
		}
	}
	f.cores = cores
}
