package e2e_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/socme-project/socme/internal/pki"
)

// proxy stands between node and core with the keys of both, and does what a bad
// link does: it cuts requests before or after the core has seen them, and it
// delivers requests twice.
type proxy struct {
	url           string
	core          string
	client        *http.Client
	cut, repeated atomic.Int64
	quiet         atomic.Bool
	swallow       atomic.Int64 // so many beats get no answer at all

	mu     sync.Mutex
	random *rand.Rand
}

func startProxy(t *testing.T, coreDir, nodeDir string, random *rand.Rand) *proxy {
	t.Helper()
	address, err := os.ReadFile(filepath.Join(coreDir, "node-listen"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := pki.ReadKey(filepath.Join(coreDir, "core.key"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.ReadCertificate(filepath.Join(coreDir, "core.pem"))
	if err != nil {
		t.Fatal(err)
	}
	authority := authorityOf(t, coreDir)
	p := &proxy{core: "https://" + strings.TrimSpace(string(address)), random: random}
	p.client = &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: pki.Client(authority, pair(t, nodeDir)), ForceAttemptHTTP2: true}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{*pki.Pair(key, cert, authority)}}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// calm ends the faults.
func (p *proxy) calm() { p.quiet.Store(true) }

func (p *proxy) roll(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(n)
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if strings.HasSuffix(r.URL.Path, "/beat") && p.swallow.Add(-1) >= 0 {
		<-r.Context().Done() // the node gives up, or hangs up
		return
	}
	fault := p.roll(10)
	if p.quiet.Load() {
		fault = -1
	}
	if fault == 0 {
		p.cut.Add(1)
		panic(http.ErrAbortHandler) // the core never hears of it
	}
	status, reply := p.forward(r, body)
	if fault == 1 {
		p.cut.Add(1)
		panic(http.ErrAbortHandler) // the core has it, and the node never knows
	}
	if fault == 2 || fault == 3 {
		p.repeated.Add(1)
		status, reply = p.forward(r, body)
	}
	w.WriteHeader(status)
	_, _ = w.Write(reply)
}

func (p *proxy) forward(r *http.Request, body []byte) (int, []byte) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, p.core+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	request.Header.Set("Content-Type", r.Header.Get("Content-Type"))
	answer, err := p.client.Do(request)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = answer.Body.Close() }()
	reply, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return answer.StatusCode, reply
}
