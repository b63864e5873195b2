package ingest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/socme-project/socme/internal/store"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// Handler is the nodes' door. It must be served with the TLS of pki.Authority.Server,
// which has checked whose certificate a request comes with.
func (i *Ingest) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.PathEnrol, i.serveEnrol)
	mux.HandleFunc("POST "+wire.PathRenew, i.known(i.serveRenew, mayBeExpired))
	mux.HandleFunc("GET "+wire.PathHeads, i.known(i.serveHeads, mustBeValid))
	mux.HandleFunc("POST "+wire.PathBatch, i.known(i.serveBatch, mustBeValid))
	mux.HandleFunc("POST "+wire.PathMissing, i.known(i.serveMissing, mustBeValid))
	mux.HandleFunc("POST "+wire.PathBeat, i.known(i.serveBeat, mustBeValid))
	mux.HandleFunc("POST "+wire.PathFacts, i.known(i.serveFacts, mustBeValid))
	return mux
}

// expiry says what an expired certificate may do.
type expiry bool

const (
	mustBeValid  expiry = false
	mayBeExpired expiry = true
)

// errExpired: the certificate was good and is past its time.
var errExpired = errors.New("the node's certificate has expired; it must renew it first")

// known lets nodes in that show a good certificate and are not revoked.
func (i *Ingest) known(next func(http.ResponseWriter, *http.Request, caller), expired expiry) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, err := i.caller(r, expired)
		if err != nil {
			i.refuse(w, r, err)
			return
		}
		next(w, r, from)
	}
}

func (i *Ingest) caller(r *http.Request, expired expiry) (caller, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return caller{}, fmt.Errorf("%w: a node shows a certificate here; enrol it with `socme node enrol TOKEN`", soc.ErrForbidden)
	}
	cert := r.TLS.PeerCertificates[0]
	from := caller{id: soc.NodeID(cert.Subject.CommonName)}
	var err error
	if from.NodeKey, err = i.Store.NodeKey(r.Context(), system, from.id); err != nil {
		if errors.Is(err, soc.ErrNotFound) {
			err = fmt.Errorf("%w: the core does not know this node; enrol it again", soc.ErrForbidden)
		}
		return from, err
	}
	if from.Revoked {
		return from, fmt.Errorf("%w: this node was revoked", soc.ErrForbidden)
	}
	i.heard.note(from.id, time.Now())
	if now := i.Now(); expired == mustBeValid && (now.After(cert.NotAfter) || now.Before(cert.NotBefore)) {
		return from, errExpired
	}
	return from, nil
}

// hostOf is the address that a request came from.
func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (i *Ingest) serveEnrol(w http.ResponseWriter, r *http.Request) {
	var request wire.EnrolRequest
	if !i.read(w, r, &request) {
		return
	}
	reply, err := i.enrol(r.Context(), request, hostOf(r))
	i.answer(w, r, reply, err)
}

func (i *Ingest) serveRenew(w http.ResponseWriter, r *http.Request, from caller) {
	var request wire.RenewRequest
	if !i.read(w, r, &request) {
		return
	}
	cert, err := i.Authority.SignNode(request.Request, from.id, i.Now())
	if err != nil {
		i.refuse(w, r, err)
		return
	}
	err = i.Store.RenewedNode(r.Context(), system, from.id, cert.NotAfter)
	i.answer(w, r, wire.RenewReply{Certificate: cert.Raw}, err)
}

func (i *Ingest) serveHeads(w http.ResponseWriter, r *http.Request, from caller) {
	heads, err := i.Store.Heads(r.Context(), system, from.id)
	reply := wire.Heads{Heads: make([]wire.Head, len(heads))}
	for n, h := range heads {
		reply.Heads[n] = wire.Head{Epoch: h.Epoch, Lane: h.Lane, Seq: h.Seq, Value: h.Value}
	}
	i.answer(w, r, reply, err)
}

func (i *Ingest) serveBatch(w http.ResponseWriter, r *http.Request, from caller) {
	defer i.turns.enter(from.id)() // before it is read: a short batch must not pass a long one
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxPlain))
	if err != nil {
		i.refuse(w, r, fmt.Errorf("%w: %w", soc.ErrInvalid, err))
		return
	}
	head, err := i.accept(r.Context(), from, body)
	i.answer(w, r, wire.Ack{Head: head}, err)
}

func (i *Ingest) serveMissing(w http.ResponseWriter, r *http.Request, from caller) {
	var m wire.Missing
	if !i.read(w, r, &m) {
		return
	}
	head, err := i.missing(r.Context(), from, m)
	i.answer(w, r, wire.Ack{Head: head}, err)
}

// The most that a beat may tell of, so that a node cannot fill the database.
const (
	maxSources = 100
	maxVersion = 100
)

func (i *Ingest) serveBeat(w http.ResponseWriter, r *http.Request, from caller) {
	var beat wire.Beat
	if !i.read(w, r, &beat) {
		return
	}
	latest := map[soc.Lane]uint64{}
	for _, lane := range soc.Lanes() {
		latest[lane] = beat.Latest[lane.String()]
	}
	err := i.Store.Beat(r.Context(), system, from.id, store.Beat{
		Version: beat.Version[:min(len(beat.Version), maxVersion)], Address: hostOf(r), Skew: beat.SentTime.Sub(i.Now()),
		Epoch: beat.Epoch, Latest: latest, Sources: beat.Sources[:min(len(beat.Sources), maxSources)],
		Health: beat.Health,
	})
	if err == nil {
		err = i.Store.SetWithheld(r.Context(), system, from.id, counted(beat))
	}
	i.answer(w, r, wire.BeatReply{Time: i.Now().UTC()}, err)
}

// counted is what the beat's outbox has counted, as the store keeps it.
func counted(beat wire.Beat) []store.Counted {
	var counted []store.Counted
	for _, w := range beat.Withheld[:min(len(beat.Withheld), wire.MaxWithheld)] {
		if w.Why == soc.WhyFilter || w.Why == soc.WhyBudget {
			counted = append(counted, store.Counted{Outbox: beat.Outbox[:min(len(beat.Outbox), maxVersion)], Withheld: w})
		}
	}
	return counted
}

// read decodes a small message. Fields that we do not know are a newer node's.
func (i *Ingest) read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, wire.MaxMessage)).Decode(into); err != nil {
		i.refuse(w, r, fmt.Errorf("%w: %w", soc.ErrInvalid, err))
		return false
	}
	return true
}

func (i *Ingest) answer(w http.ResponseWriter, r *http.Request, reply any, err error) {
	if err != nil {
		i.refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, reply)
}

// refuse says why, in a form that a node can act on. What went wrong inside the core
// is logged and not told.
func (i *Ingest) refuse(w http.ResponseWriter, r *http.Request, err error) {
	refusal, status := wire.Refusal{Code: wire.CodeBusy, Detail: "the core could not do it now"}, http.StatusServiceUnavailable
	var ledger *soc.LedgerError
	switch {
	case errors.As(err, &ledger):
		status = http.StatusConflict
		refusal = wire.Refusal{Code: wire.CodeGap, Detail: ledger.Detail, Lane: ledger.Lane, Seq: ledger.Seq, Want: ledger.Want}
		if ledger.Fork {
			refusal.Code = wire.CodeFork
		}
	case errors.Is(err, errExpired):
		refusal, status = wire.Refusal{Code: wire.CodeExpired, Detail: errExpired.Error()}, http.StatusForbidden
	case errors.Is(err, soc.ErrForbidden):
		refusal, status = wire.Refusal{Code: wire.CodeForbidden, Detail: err.Error()}, http.StatusForbidden
	case errors.Is(err, soc.ErrInvalid):
		refusal, status = wire.Refusal{Code: wire.CodeBad, Detail: err.Error()}, http.StatusBadRequest
	case errors.Is(err, context.Canceled):
		return // the node has gone
	case i.Store.Trouble() != "":
		refusal.Detail = i.Store.Trouble()
	}
	i.Metrics.Refused(refusal.Code)
	level := i.Log.WarnContext
	if status >= http.StatusInternalServerError {
		level = i.Log.ErrorContext
	}
	level(r.Context(), "node refused", "path", r.URL.Path, "address", r.RemoteAddr, "code", refusal.Code, "err", err)
	writeJSON(w, status, refusal)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the node has gone: it will ask again
}

// Server serves the door: HTTP/2 over the authority's TLS.
func (i *Ingest) Server(certificate func() *tls.Certificate) *http.Server {
	return &http.Server{
		Handler:           i.Handler(),
		TLSConfig:         i.Authority.Server(certificate),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
	}
}
