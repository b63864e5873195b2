package opsme

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Identity is who signs in: keys, an agent, and somebody to ask.
type Identity struct {
	// Keys are private key files, in OpenSSH's or PEM form; ~ is the home. A certificate
	// beside one (KEY-cert.pub) is used with it.
	Keys []string
	// Signers are keys that are held elsewhere, in hardware for example.
	Signers []ssh.Signer
	// Agent is the socket of an ssh-agent ($SSH_AUTH_SOCK), or "" for none.
	Agent string
	// Ask answers what only a person or a vault knows. Only one question is asked at a
	// time, and time spent in Ask counts against no connect timeout. Nil answers nothing.
	Ask func(ctx context.Context, p Prompt) (string, error)
}

// PromptKind is what is asked for.
type PromptKind string

// The kinds of question.
const (
	Password   PromptKind = "password"
	Passphrase PromptKind = "passphrase" // of a key file
	Sudo       PromptKind = "sudo"       // the password that sudo wants
	Question   PromptKind = "question"   // anything else that a host asks, such as a one-time code
)

// Prompt is a question.
type Prompt struct {
	Kind PromptKind
	Host string // who asks; "" for a passphrase
	User string // whose password
	Text string // as the host words it, or the key's file
	Echo bool   // the answer is no secret
}

// AskOnce asks only once for what is the same at every host, the password and the one of
// sudo, for each user. Passphrases are asked for once in any case.
func AskOnce(ask func(ctx context.Context, p Prompt) (string, error)) func(ctx context.Context, p Prompt) (string, error) {
	var mu sync.Mutex
	answers := map[[2]string]string{}
	return func(ctx context.Context, p Prompt) (string, error) {
		if p.Kind != Password && p.Kind != Sudo {
			return ask(ctx, p)
		}
		mu.Lock()
		defer mu.Unlock()
		key := [2]string{string(p.Kind), p.User}
		if answer, ok := answers[key]; ok {
			return answer, nil
		}
		answer, err := ask(ctx, p)
		if err == nil {
			answers[key] = answer
		}
		return answer, err
	}
}

var errNobody = errors.New("nobody to ask")

// keyring holds the keys of an Identity, each read and unlocked once.
type keyring struct {
	identity Identity
	asking   chan struct{} // one question at a time

	mu    sync.Mutex
	files map[string]*keyFile
	agent agent.ExtendedAgent
	wire  net.Conn // to the agent
}

type keyFile struct {
	signers []ssh.Signer
	err     error
}

func newKeyring(identity Identity) *keyring {
	return &keyring{identity: identity, asking: make(chan struct{}, 1), files: map[string]*keyFile{}}
}

// ask asks; wait is stopped meanwhile.
func (k *keyring) ask(ctx context.Context, wait *patience, p Prompt) (string, error) {
	if k.identity.Ask == nil {
		return "", errNobody
	}
	defer wait.pause()()
	select {
	case k.asking <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	defer func() { <-k.asking }()
	return k.identity.Ask(ctx, p)
}

// signers are the keys for a host: its own, the fleet's, then the agent's. A key that
// cannot be read is an error only if it leaves none.
func (k *keyring) signers(ctx context.Context, wait *patience, h Host) ([]ssh.Signer, error) {
	var signers []ssh.Signer
	var failed []error
	for _, path := range append(append([]string{}, h.Keys...), k.identity.Keys...) {
		found, err := k.file(ctx, wait, expand(path))
		signers = append(signers, found...)
		failed = append(failed, err)
	}
	signers = append(signers, k.identity.Signers...)
	if k.identity.Agent != "" {
		found, err := k.agents()
		signers = append(signers, found...)
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil && len(signers) == 0 && k.identity.Ask == nil {
		return nil, &Error{Kind: Local, Phase: Preparing, Err: err}
	}
	return signers, nil
}

func (k *keyring) file(ctx context.Context, wait *patience, path string) ([]ssh.Signer, error) {
	defer wait.pause()() // another may be asked for the passphrase
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.files[path]; known != nil {
		return known.signers, known.err
	}
	signers, err := k.load(ctx, path)
	if ctx.Err() == nil { // a question that was called off may be asked again
		k.files[path] = &keyFile{signers, err}
	}
	return signers, err
}

func (k *keyring) load(ctx context.Context, path string) ([]ssh.Signer, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the caller's file
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		var passphrase string
		if passphrase, err = k.ask(ctx, nil, Prompt{Kind: Passphrase, Text: path}); err == nil {
			signer, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(passphrase))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", path, err)
	}
	signers := []ssh.Signer{signer}
	public, err := os.ReadFile(path + "-cert.pub") //nolint:gosec // beside the caller's file
	if err != nil {
		return signers, nil //nolint:nilerr // most keys have none
	}
	parsed, _, _, _, err := ssh.ParseAuthorizedKey(public)
	if err != nil {
		return signers, fmt.Errorf("certificate %s-cert.pub: %w", path, err)
	}
	cert, ok := parsed.(*ssh.Certificate)
	if !ok {
		return signers, fmt.Errorf("certificate %s-cert.pub: it is a bare key", path)
	}
	certified, err := ssh.NewCertSigner(cert, signer)
	if err != nil {
		return signers, fmt.Errorf("certificate %s-cert.pub: %w", path, err)
	}
	return []ssh.Signer{certified, signer}, nil
}

func (k *keyring) agents() ([]ssh.Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.agent == nil {
		conn, err := net.Dial("unix", k.identity.Agent) //nolint:noctx // a local socket answers at once
		if err != nil {
			return nil, fmt.Errorf("agent: %w", err)
		}
		k.wire, k.agent = conn, agent.NewClient(conn)
	}
	signers, err := k.agent.Signers()
	if err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	return signers, nil
}

func (k *keyring) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.wire != nil {
		_ = k.wire.Close()
		k.wire, k.agent = nil, nil
	}
}

// methods are the ways to sign in, in OpenSSH's order.
func (k *keyring) methods(ctx context.Context, wait *patience, h Host, signers []ssh.Signer) []ssh.AuthMethod {
	methods := []ssh.AuthMethod{ssh.PublicKeys(signers...)}
	if k.identity.Ask == nil {
		return methods
	}
	return append(methods,
		ssh.KeyboardInteractive(func(_, instruction string, questions []string, echos []bool) ([]string, error) {
			answers := make([]string, len(questions))
			for i, question := range questions {
				p := Prompt{Kind: Question, Host: h.Name, User: h.User, Text: strings.TrimSpace(instruction + " " + question), Echo: echos[i]}
				if !p.Echo && strings.Contains(strings.ToLower(question), "password") {
					p.Kind = Password
				}
				var err error
				if answers[i], err = k.ask(ctx, wait, p); err != nil {
					return nil, err
				}
			}
			return answers, nil
		}),
		ssh.PasswordCallback(func() (string, error) {
			return k.ask(ctx, wait, Prompt{Kind: Password, Host: h.Name, User: h.User, Text: "password"})
		}))
}

// expand puts the home in the place of ~.
func expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
