package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/socme-project/socme/internal/config"
	"github.com/socme-project/socme/internal/pki"
	"github.com/socme-project/socme/internal/wire"
	"github.com/socme-project/socme/soc"
)

// The files of a node's data folder, beside the outbox and node.toml.
const (
	fileIdentity  = "node.json"
	fileKey       = "node.key"
	fileCert      = "node.pem"
	fileAuthority = "ca.pem"
	fileLedgerKey = "ledger.key"
)

// Identity is who a node is, as its core said at enrolment.
type Identity struct {
	Node   soc.NodeID `json:"node"`
	Name   string     `json:"name"`
	Client string     `json:"client"`
	Cores  []string   `json:"cores"` // https://host:port of the nodes' door, in the order to try
}

// ErrNotEnrolled means that the data folder belongs to no node yet.
var ErrNotEnrolled = errors.New("this folder is not enrolled")

// ReadIdentity reads who the node of the data folder is.
func ReadIdentity(dir string) (Identity, error) {
	var id Identity
	text, err := os.ReadFile(filepath.Join(dir, fileIdentity)) //nolint:gosec // a path inside the data folder
	if errors.Is(err, os.ErrNotExist) {
		return id, fmt.Errorf("%w: %s; run `socme node enrol TOKEN --data %s` first", ErrNotEnrolled, dir, dir)
	}
	if err == nil {
		err = json.Unmarshal(text, &id)
	}
	if err != nil {
		return id, fmt.Errorf("read %s: %w", filepath.Join(dir, fileIdentity), err)
	}
	return id, nil
}

// WriteCores changes where the node finds its core.
func WriteCores(dir string, cores []string) error {
	id, err := ReadIdentity(dir)
	if err != nil {
		return err
	}
	id.Cores = cores
	return writeIdentity(dir, id)
}

func writeIdentity(dir string, id Identity) error {
	text, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", fileIdentity, err)
	}
	return pki.WriteFile(filepath.Join(dir, fileIdentity), append(text, '\n'))
}

// Enrol makes the data folder a node of the token's client: it makes the keys, has
// the core sign a certificate, and writes node.toml if there is none. A folder that
// was enrolled before keeps its id and its outbox.
func Enrol(ctx context.Context, dir, token, name string) (Identity, error) {
	t, err := wire.ParseToken(token)
	if err != nil {
		return Identity{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Identity{}, err
	}
	key, err := pki.OpenKey(filepath.Join(dir, fileKey))
	if err != nil {
		return Identity{}, err
	}
	ledger, err := ledgerKey(dir)
	if err != nil {
		return Identity{}, err
	}
	csr, err := pki.Request(key)
	if err != nil {
		return Identity{}, err
	}
	public, _ := ledger.Public().(ed25519.PublicKey)
	request := wire.EnrolRequest{Secret: t.Secret, Request: csr, LedgerKey: public, Name: name}
	switch old, err := ReadIdentity(dir); {
	case err == nil:
		request.Node, request.Proof = old.Node, ed25519.Sign(ledger, []byte(t.Secret))
	case !errors.Is(err, ErrNotEnrolled):
		return Identity{}, err
	}
	reply, err := askEnrol(ctx, t, request)
	if err != nil {
		return Identity{}, fmt.Errorf("enrol at %s: %w", t.Cores[0], err)
	}
	id := Identity{Node: reply.Node, Name: reply.Name, Client: reply.Client, Cores: t.Cores}
	// The identity comes last: with it the folder is enrolled, and everything is there.
	err = errors.Join(
		pki.WriteCertificate(filepath.Join(dir, fileCert), reply.Certificate),
		pki.WriteCertificate(filepath.Join(dir, fileAuthority), reply.Authority),
		writeTemplate(dir),
	)
	if err == nil {
		err = writeIdentity(dir, id)
	}
	return id, err
}

func writeTemplate(dir string) error {
	file := filepath.Join(dir, config.NodeFile)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return pki.WriteFile(file, []byte(config.NodeTemplate))
}

// askEnrol tries the token's cores in turn. Only a core that shows the authority of
// the token's fingerprint gets to see the secret.
func askEnrol(ctx context.Context, t wire.Token, request wire.EnrolRequest) (wire.EnrolReply, error) {
	var reply wire.EnrolReply
	var authority *x509.Certificate
	transport := &http.Transport{
		TLSClientConfig:   pki.Stranger(t.Authority, func(cert *x509.Certificate) { authority = cert }),
		ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	body, err := json.Marshal(request) //nolint:gosec // the secret must travel, once, to the core that made it
	if err != nil {
		return reply, err
	}
	var errs []error
	for _, core := range t.Cores {
		err := post(ctx, client, core+wire.PathEnrol, "application/json", body, &reply)
		if err == nil {
			reply.Authority = authority.Raw
			return reply, nil
		}
		errs = append(errs, err)
		if _, ok := errors.AsType[*wire.Refusal](err); ok {
			break // the core has spoken; another would say the same
		}
	}
	return reply, errors.Join(errs...)
}

// post sends body and reads the JSON answer. An answer other than 200 is a *wire.Refusal.
func post(ctx context.Context, client *http.Client, url, kind string, body []byte, into any) error {
	method := http.MethodPost
	if body == nil {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", kind)
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end below
	text, err := io.ReadAll(io.LimitReader(answer.Body, wire.MaxMessage))
	if err != nil {
		return fmt.Errorf("read the core's answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		refusal := &wire.Refusal{}
		if json.Unmarshal(text, refusal) != nil || refusal.Code == "" {
			return fmt.Errorf("what answers there is not a core: status %s", answer.Status)
		}
		return refusal
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read the core's answer: %w", err)
	}
	return nil
}

// ledgerKey reads the key that signs heads, and makes it in a new folder.
func ledgerKey(dir string) (ed25519.PrivateKey, error) {
	file := filepath.Join(dir, fileLedgerKey)
	signer, err := pki.ReadKey(file)
	if errors.Is(err, os.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		return key, pki.WriteKey(file, key)
	}
	if err != nil {
		return nil, err
	}
	key, ok := signer.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read %s: it is no ed25519 key", file)
	}
	return key, nil
}

// LedgerKey is the public key that the node of an enrolled data folder signs its heads
// with.
func LedgerKey(dir string) (ed25519.PublicKey, error) {
	if _, err := ReadIdentity(dir); err != nil {
		return nil, err
	}
	key, err := ledgerKey(dir)
	if err != nil {
		return nil, err
	}
	return ed25519.PublicKey(key[ed25519.SeedSize:]), nil
}
