package e2e_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/node"
	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// knock sends one request to the nodes' door with the given TLS and tells what came
// back: the refusal's code, or the handshake's error.
func knock(t *testing.T, c *coreAt, config *tls.Config, path string) (code string, err error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true}
	method, body := http.MethodPost, io.Reader(strings.NewReader("{}"))
	if path == wire.PathHeads {
		method, body = http.MethodGet, nil
	}
	request, err := http.NewRequestWithContext(t.Context(), method, c.LocalURL()+path, body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport, Timeout: patience}).Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var refusal wire.Refusal
	if answer.StatusCode == http.StatusOK {
		return "", nil
	}
	if err := json.NewDecoder(answer.Body).Decode(&refusal); err != nil {
		t.Fatal(err)
	}
	return refusal.Code, nil
}

// pair reads a node's key and certificate.
func pair(t *testing.T, dir string) *tls.Certificate {
	t.Helper()
	key, err := pki.ReadKey(filepath.Join(dir, "node.key"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.ReadCertificate(filepath.Join(dir, "node.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return pki.Pair(key, cert)
}

func authorityOf(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	cert, err := pki.ReadCertificate(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestTheDoorOpensForGoodCertificatesOnly(t *testing.T) {
	c := startCore(t, t.TempDir(), freePort(t))
	for _, name := range []string{"acme", "revoked"} {
		if _, err := c.api.AddClient(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	good, revoked := enrol(t, c, "acme"), enrol(t, c, "revoked")
	if err := c.api.RevokeNode(t.Context(), revoked.id.Node); err != nil {
		t.Fatal(err)
	}
	stranger := startCore(t, t.TempDir(), freePort(t))
	if _, err := stranger.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	elsewhere := enrol(t, stranger, "acme")
	core := authorityOf(t, c.dir)

	authority, err := pki.OpenAuthority(c.dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	request, err := pki.Request(key)
	if err != nil {
		t.Fatal(err)
	}
	old, err := authority.SignNode(request, good.id.Node, time.Now().Add(-120*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := authority.SignNode(request, "nobody", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		cert *tls.Certificate
		code string // of every call but enrol and renew
		tls  bool   // refused in the handshake
	}{
		{"no certificate", nil, wire.CodeForbidden, false},
		{"another authority's", pair(t, elsewhere.dir), "", true},
		{"a revoked node's", pair(t, revoked.dir), wire.CodeForbidden, false},
		{"a node's that the core does not know", pki.Pair(key, unknown), wire.CodeForbidden, false},
		{"one past its time", pki.Pair(key, old), wire.CodeExpired, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{wire.PathHeads, wire.PathBatch, wire.PathMissing, wire.PathBeat, wire.PathRenew} {
				want := tt.code
				if path == wire.PathRenew && want == wire.CodeExpired {
					want = wire.CodeBad // it may renew, with a request that is better than this one
				}
				code, err := knock(t, c, pki.Client(core, tt.cert), path)
				if code != want || (err != nil) != tt.tls {
					t.Errorf("%s = %q, %v; want %q, handshake refused %v", path, code, err, want, tt.tls)
				}
			}
		})
	}
	if code, err := knock(t, c, pki.Client(core, pair(t, good.dir)), wire.PathHeads); code != "" || err != nil {
		t.Errorf("a good certificate = %q, %v; want to be let in", code, err)
	}
	if _, err := knock(t, c, pki.Client(authorityOf(t, stranger.dir), pair(t, good.dir)), wire.PathHeads); !errors.Is(err, pki.ErrUntrusted) {
		t.Errorf("a node that trusts another authority = %v, want ErrUntrusted", err)
	}
}

func TestAnEnrolmentTokenWorksOnce(t *testing.T) {
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	token, _, err := c.api.AddNodeToken(t.Context(), "acme", "gate")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	first, err := node.Enrol(t.Context(), dir, token, "here")
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{t.TempDir(), dir} {
		if _, err := node.Enrol(t.Context(), again, token, "there"); err == nil || !strings.Contains(err.Error(), "used already") {
			t.Errorf("a second use = %v, want to be told that it was used already", err)
		}
	}
	if notices := c.notices(t, "token-used-twice"); len(notices) != 1 || notices[0].NodeID != first.Node {
		t.Errorf("%d notices, want 1 about the node that used it first", len(notices))
	}
	next, _, err := c.api.AddNodeToken(t.Context(), "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := node.Enrol(t.Context(), dir, next, "here")
	if err != nil || second.Node != first.Node {
		t.Errorf("the same folder enrolled again = node %s, %v; want %s", second.Node, err, first.Node)
	}
	garbled := token[:len(token)-20] + strings.Repeat("A", 20)
	if _, err := node.Enrol(t.Context(), t.TempDir(), garbled, "x"); err == nil {
		t.Error("a garbled token enrolled a node")
	}
}

// TestABatchIsTheNodesOwn sends batches by hand, as somebody with a good certificate
// could: for another node's chain, with another's signature, with what is no batch.
func TestABatchIsTheNodesOwn(t *testing.T) {
	c, n := setting(t)
	other := enrol(t, c, "acme")
	transport := &http.Transport{TLSClientConfig: pki.Client(authorityOf(t, c.dir), pair(t, n.dir)), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	post := func(body []byte) wire.Refusal {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.LocalURL()+wire.PathBatch, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := (&http.Client{Transport: transport, Timeout: patience}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		var refusal wire.Refusal
		if err := json.NewDecoder(answer.Body).Decode(&refusal); err != nil {
			t.Fatal(err)
		}
		return refusal
	}
	key := func(dir string) ed25519.PrivateKey {
		signer, err := pki.ReadKey(filepath.Join(dir, "ledger.key"))
		if err != nil {
			t.Fatal(err)
		}
		return signer.(ed25519.PrivateKey)
	}
	batch := func(owner soc.NodeID, signer ed25519.PrivateKey) []byte {
		alert := soc.Alert{Rule: soc.Rule{Engine: soc.EngineSuricata, ID: "1"}, Raw: []byte("{}")}
		alert.ID = soc.NewAlertID(time.Now(), owner, alert.Raw)
		normal, err := json.Marshal(alert)
		if err != nil {
			t.Fatal(err)
		}
		chain := soc.Chain{Node: owner, Epoch: "0123456789abcdef", Lane: soc.LaneNormal}
		record := soc.Record{Seq: 1, AlertID: alert.ID, RawHash: alert.RawHash()}
		value := record.Next(chain.Genesis())
		header := wire.Header{Epoch: chain.Epoch, Lane: chain.Lane, Latest: 1, SentTime: time.Now().UTC().Truncate(time.Millisecond)}
		header.Signature = soc.Statement{Chain: chain, Head: soc.Head{Seq: 1, Value: value}, Time: header.SentTime}.Sign(signer)
		encoder, err := wire.NewEncoder()
		if err != nil {
			t.Fatal(err)
		}
		body, err := encoder.Encode(header, []wire.Encoded{{Record: record, Value: value, Alert: normal, Raw: alert.Raw}})
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	if got := post(batch(n.id.Node, key(other.dir))); got.Code != wire.CodeForbidden {
		t.Errorf("another node's signature = %+v, want forbidden", got)
	}
	if got := post(batch(other.id.Node, key(n.dir))); got.Code != wire.CodeForbidden {
		t.Errorf("another node's chain = %+v, want forbidden", got)
	}
	if got := post([]byte("garbage")); got.Code != wire.CodeBad {
		t.Errorf("garbage = %+v, want bad", got)
	}
	if got := post(batch(n.id.Node, key(n.dir))); got.Code != "" {
		t.Errorf("its own batch = %+v, want to be taken", got)
	}
	if got := c.node(t, other.id.Node); got.Delivered != 0 {
		t.Errorf("the other node has delivered %d records, want 0", got.Delivered)
	}
}

func TestANodeWhoseCertificateHasExpiredRenewsItAndDelivers(t *testing.T) {
	c := startCore(t, t.TempDir(), freePort(t))
	if _, err := c.api.AddClient(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	n := enrol(t, c, "acme")
	authority, err := pki.OpenAuthority(c.dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.ReadKey(filepath.Join(n.dir, "node.key"))
	if err != nil {
		t.Fatal(err)
	}
	request, err := pki.Request(key)
	if err != nil {
		t.Fatal(err)
	}
	old, err := authority.SignNode(request, n.id.Node, time.Now().Add(-120*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(n.dir, "node.pem")
	if err := pki.WriteCertificate(file, old.Raw); err != nil {
		t.Fatal(err)
	}
	n.write(t, 0, 40)
	n.start(t)
	c.delivered(t, n, 40)
	renewed, err := pki.ReadCertificate(file)
	if err != nil || time.Until(renewed.NotAfter) < 80*24*time.Hour {
		t.Errorf("the certificate is good until %v, %v; want another 90 days", renewed.NotAfter, err)
	}
	if got := c.node(t, n.id.Node).CertificateExpiresTime; got.Unix() != renewed.NotAfter.Unix() {
		t.Errorf("the core says until %s, the certificate %s", got, renewed.NotAfter)
	}
}
