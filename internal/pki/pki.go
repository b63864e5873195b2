// Package pki owns the certificates between node and core: SOCme's own authority,
// what it signs, and how each side checks the other. It keeps no state and knows
// nothing of HTTP, the store or the ledger.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/socme-project/socme/soc"
)

// CoreName is the one name in a core's certificate. A node trusts the authority and
// this name, so the core's addresses may change without a new certificate.
const CoreName = "core.socme.internal"

// How long certificates last. They begin a day back, since clocks differ.
const (
	nodeLife      = 90 * 24 * time.Hour
	coreLife      = 90 * 24 * time.Hour
	authorityLife = 20 * 365 * 24 * time.Hour
	back          = 24 * time.Hour
)

// ErrUntrusted means that this authority did not sign the certificate for this use.
var ErrUntrusted = errors.New("certificate not signed by this authority")

// Authority signs certificates. All cores of one SOCme share it.
type Authority struct {
	Certificate *x509.Certificate
	key         crypto.Signer
}

// OpenAuthority reads dir/ca.pem and dir/ca.key, and makes them if neither exists.
func OpenAuthority(dir string, now time.Time) (*Authority, error) {
	certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca.key")
	if _, err := os.Stat(certFile); errors.Is(err, os.ErrNotExist) {
		return newAuthority(certFile, keyFile, now)
	}
	cert, err := ReadCertificate(certFile)
	if err != nil {
		return nil, err
	}
	key, err := ReadKey(keyFile)
	if err != nil {
		return nil, err
	}
	return &Authority{Certificate: cert, key: key}, nil
}

func newAuthority(certFile, keyFile string, now time.Time) (*Authority, error) {
	// A key without its certificate is a first start that was cut short: it is used.
	key, err := OpenKey(keyFile)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "SOCme authority"},
		// Before every clock that may sign or be signed: a machine can boot in the past.
		NotBefore: time.Unix(0, 0), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the authority's certificate: %w", err)
	}
	if err := WriteCertificate(certFile, der); err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read back the authority's certificate: %w", err)
	}
	return &Authority{Certificate: cert, key: key}, nil
}

// Fingerprint is sha256 over the authority's certificate: what an enrolment token pins.
func (a *Authority) Fingerprint() soc.Hash { return Fingerprint(a.Certificate) }

// Fingerprint is sha256 over the certificate's DER.
func Fingerprint(cert *x509.Certificate) soc.Hash { return sha256.Sum256(cert.Raw) }

// SignDigest signs 32 bytes with the authority's key: ECDSA, ASN.1. It returns the
// authority's certificate beside it.
func (a *Authority) SignDigest(digest []byte) (certificate, signature []byte, err error) {
	signature, err = a.key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return nil, nil, fmt.Errorf("sign with the authority's key: %w", err)
	}
	return a.Certificate.Raw, signature, nil
}

// SignNode signs a node's request. Only the key of the request is used; the name in
// the certificate is the node's id, whatever the request says.
func (a *Authority) SignNode(request []byte, node soc.NodeID, now time.Time) (*x509.Certificate, error) {
	csr, err := x509.ParseCertificateRequest(request)
	if err == nil {
		err = csr.CheckSignature()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the certificate request is not good: %w", soc.ErrInvalid, err)
	}
	return a.sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: string(node)},
		NotBefore: now.Add(-back), NotAfter: now.Add(nodeLife),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, csr.PublicKey)
}

// SignCore signs a certificate for a core's key.
func (a *Authority) SignCore(key crypto.PublicKey, now time.Time) (*x509.Certificate, error) {
	return a.sign(&x509.Certificate{
		Subject:   pkix.Name{CommonName: CoreName},
		DNSNames:  []string{CoreName},
		NotBefore: now.Add(-back), NotAfter: now.Add(coreLife),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key)
}

func (a *Authority) sign(template *x509.Certificate, key crypto.PublicKey) (*x509.Certificate, error) {
	template.SerialNumber = serial()
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// Request makes a certificate request for key. What a node is called is decided by
// the core, so the request names nothing.
func Request(key crypto.Signer) ([]byte, error) {
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, fmt.Errorf("make certificate request: %w", err)
	}
	return der, nil
}

// RenewAt is when a certificate should be renewed: at two thirds of its life.
func RenewAt(cert *x509.Certificate) time.Time {
	return cert.NotBefore.Add(cert.NotAfter.Sub(cert.NotBefore) * 2 / 3)
}

// verify checks that the authority signed leaf for usage, whatever the clock says:
// a Pi without a battery boots in 1970, and an expired node must still be able to renew.
func verify(authority, leaf *x509.Certificate, usage x509.ExtKeyUsage) error {
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, CurrentTime: leaf.NotBefore.Add(time.Second), KeyUsages: []x509.ExtKeyUsage{usage},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}

func serial() *big.Int {
	n, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)) // crypto/rand never fails
	return n
}

// NewKey makes a key for TLS.
func NewKey() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// OpenKey reads a key from file, and makes it if the file does not exist.
func OpenKey(file string) (crypto.Signer, error) {
	key, err := ReadKey(file)
	if !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	key, err = NewKey()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return key, WriteKey(file, key)
}

// ReadKey reads a PKCS #8 key in PEM.
func ReadKey(file string) (crypto.Signer, error) {
	block, err := readPEM(file, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(block)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("read %s: this kind of key cannot sign", file)
	}
	return signer, nil
}

// WriteKey writes a key so that only the owner can read it, whole or not at all.
func WriteKey(file string, key crypto.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// ReadCertificate reads a certificate in PEM.
func ReadCertificate(file string) (*x509.Certificate, error) {
	block, err := readPEM(file, "CERTIFICATE")
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(block)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return cert, nil
}

// WriteCertificate writes a certificate in PEM, whole or not at all.
func WriteCertificate(file string, der []byte) error {
	return WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func readPEM(file, kind string) ([]byte, error) {
	text, err := os.ReadFile(file) //nolint:gosec // a path inside the data folder
	if err != nil {
		return nil, err // an *os.PathError names the file already
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("read %s: it holds no %s", file, kind)
	}
	return block.Bytes, nil
}

// WriteFile replaces file by content, readable by the owner only: after a crash it
// holds the old content or the new, never a part.
func WriteFile(file string, content []byte) error {
	part, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".part-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // gone already once it was renamed
	_, err = part.Write(content)
	if err == nil {
		err = part.Sync()
	}
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
