package pki

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/socme-project/socme/soc"
)

// Server is the TLS of the nodes' door. A peer without a certificate may connect (it
// can only enrol); one with a certificate of another authority may not. Whether a
// certificate is past its time is for the door to decide, since it may still renew.
// certificate is asked at each handshake, so that a renewed one is used at once.
func (a *Authority) Server(certificate func() *tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS13,
		NextProtos:     []string{"h2", "http/1.1"},
		ClientAuth:     tls.RequestClientCert,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate(), nil },
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return nil
			}
			return verify(a.Certificate, state.PeerCertificates[0], x509.ExtKeyUsageClientAuth)
		},
	}
}

// Client is a node's TLS towards a core of the authority. certificate may be nil.
func Client(authority *x509.Certificate, certificate *tls.Certificate) *tls.Config {
	config := pinned(func(state tls.ConnectionState) error {
		return verifyCore(authority, state)
	})
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return config
}

// Stranger is the TLS of a node that knows only the authority's fingerprint. The core
// sends the authority's certificate along; found receives it once it is verified.
func Stranger(fingerprint soc.Hash, found func(*x509.Certificate)) *tls.Config {
	return pinned(func(state tls.ConnectionState) error {
		for _, cert := range state.PeerCertificates[1:] {
			if Fingerprint(cert) != fingerprint {
				continue
			}
			if err := verifyCore(cert, state); err != nil {
				return err
			}
			found(cert)
			return nil
		}
		return errors.New("what answers there is not the core of this token: its authority has another fingerprint")
	})
}

func pinned(check func(tls.ConnectionState) error) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ServerName: CoreName,
		NextProtos: []string{"h2", "http/1.1"},
		// The usual check asks the clock and the system's authorities. Ours, which runs
		// on every connection, asks neither: the one pinned authority decides.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection below is stricter
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("the core showed no certificate")
			}
			return check(state)
		},
	}
}

func verifyCore(authority *x509.Certificate, state tls.ConnectionState) error {
	leaf := state.PeerCertificates[0]
	if err := leaf.VerifyHostname(CoreName); err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return verify(authority, leaf, x509.ExtKeyUsageServerAuth)
}

// Pair joins a key with its certificate and, for a core, the authority's, which a
// node that enrols needs to see.
func Pair(key crypto.Signer, chain ...*x509.Certificate) *tls.Certificate {
	pair := &tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, cert := range chain {
		pair.Certificate = append(pair.Certificate, cert.Raw)
	}
	return pair
}
