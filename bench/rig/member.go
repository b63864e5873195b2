package rig

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/source/suricata"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// Member is a node of a fleet: it speaks to the core as a node does, over mutual TLS on a
// connection of its own, and reads no sensor. It is not safe for concurrent use.
type Member struct {
	core   string
	http   *http.Client
	ledger ed25519.PrivateKey
	chain  soc.Chain
	head   soc.Head
	wire   *encoder
}

// encoder is one for all: two thousand of their own would be the benchmark's memory.
type encoder struct {
	mu sync.Mutex
	*wire.Encoder
}

// Fleet enrols n nodes at as many clients.
func (s *Setting) Fleet(ctx context.Context, n, clients int) ([]*Member, error) {
	fleet := make([]*Member, n)
	inner, err := wire.NewEncoder()
	if err != nil {
		return nil, err
	}
	shared := &encoder{Encoder: inner}
	for i := range fleet {
		client := fmt.Sprintf("client %d of %d", i%clients, n)
		if i < clients {
			if _, err := s.API.AddClient(ctx, client); err != nil {
				return nil, err
			}
		}
		token, _, err := s.API.AddNodeToken(ctx, client, fmt.Sprintf("node %d of %d", i, n))
		if err != nil {
			return nil, err
		}
		if fleet[i], err = enrol(ctx, token); err != nil {
			return nil, err
		}
		fleet[i].wire = shared
	}
	return fleet, nil
}

func enrol(ctx context.Context, token string) (*Member, error) {
	t, err := wire.ParseToken(token)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := pki.Request(key)
	if err != nil {
		return nil, err
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	var authority *x509.Certificate
	m := &Member{core: t.Cores[0], ledger: private}
	m.http = &http.Client{Transport: &http.Transport{
		TLSClientConfig:   pki.Stranger(t.Authority, func(cert *x509.Certificate) { authority = cert }),
		ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}}
	body, err := json.Marshal(wire.EnrolRequest{Secret: t.Secret, Request: csr, LedgerKey: public}) //nolint:gosec // to the core that made it
	if err != nil {
		return nil, err
	}
	var reply wire.EnrolReply
	if err := m.post(ctx, wire.PathEnrol, body, &reply); err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	cert, err := x509.ParseCertificate(reply.Certificate)
	if err != nil {
		return nil, err
	}
	m.http = &http.Client{Transport: &http.Transport{TLSClientConfig: pki.Client(authority, pki.Pair(key, cert)), ForceAttemptHTTP2: true}}
	m.chain = soc.Chain{Node: reply.Node, Epoch: "0123456789abcdef", Lane: soc.LaneNormal}
	m.head.Value = m.chain.Genesis()
	return m, nil
}

// Batch is what Send brings.
type Batch struct {
	Last soc.AlertID // of its last alert
	body []byte
	head soc.Head
}

// Batch makes the next batch of the node, of lines of a sensor that differ from all others
// if first does.
func (m *Member) Batch(first, n int) (Batch, error) {
	records := make([]wire.Encoded, n)
	head := m.head
	for i := range records {
		at := time.Now()
		line := []byte(AlertLine(first+i, at))
		alert, _, err := suricata.Parse(m.chain.Node, line)
		if err != nil {
			return Batch{}, err
		}
		normal, err := json.Marshal(alert)
		if err != nil {
			return Batch{}, err
		}
		r := soc.Record{Seq: head.Seq + 1, AlertID: alert.ID, RawHash: alert.RawHash()}
		head = soc.Head{Seq: r.Seq, Value: r.Next(head.Value)}
		records[i] = wire.Encoded{Record: r, Value: head.Value, Alert: normal, Raw: line}
	}
	header := wire.Header{Epoch: m.chain.Epoch, Lane: m.chain.Lane, Latest: head.Seq, SentTime: time.Now().UTC()}
	header.Signature = soc.Statement{Chain: m.chain, Head: head, Time: header.SentTime}.Sign(m.ledger)
	m.wire.mu.Lock()
	defer m.wire.mu.Unlock()
	body, err := m.wire.Encode(header, records)
	m.head = head
	return Batch{records[n-1].AlertID, bytes.Clone(body), head}, err
}

// Send waits until the core has committed a batch.
func (m *Member) Send(ctx context.Context, b Batch) error {
	var ack wire.Ack
	if err := m.post(ctx, wire.PathBatch, b.body, &ack); err != nil {
		return err
	}
	if ack.Head.Seq != b.head.Seq {
		return errors.New("the core took something else")
	}
	return nil
}

// Beat says that the node lives.
func (m *Member) Beat(ctx context.Context) error {
	body, err := json.Marshal(wire.Beat{
		SentTime: time.Now().UTC(), Version: "bench", Epoch: m.chain.Epoch, Latest: map[string]uint64{m.chain.Lane.String(): m.head.Seq},
		Sources: []soc.SourceHealth{{Kind: "suricata", Path: "/var/log/suricata/eve.json"}},
	})
	if err != nil {
		return err
	}
	var reply wire.BeatReply
	return m.post(ctx, wire.PathBeat, body, &reply)
}

func (m *Member) post(ctx context.Context, path string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.core+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := m.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s: %s", answer.Status, text)
	}
	return json.Unmarshal(text, into)
}
