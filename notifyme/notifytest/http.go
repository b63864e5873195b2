package notifytest

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/notifyme"
)

// HTTPSubject is a channel over HTTP under test.
type HTTPSubject struct {
	Subject
	Status int    // of an accepted message; 0 means 200
	Answer string // to an accepted message
	Plain  bool   // without TLS except where TLS is tested, for channels that take no authority of a test's own

	// New makes the channel for a server at base.
	New func(base string, common notifyme.HTTP) notifyme.Notifier
	// Read finds the message in what the server received.
	Read func(r *http.Request, body []byte) Delivery
}

// RunHTTP runs the test of a channel over HTTP.
func RunHTTP(t *testing.T, s HTTPSubject) {
	s.Start = s.start
	Run(t, s.Subject)
}

func (s HTTPSubject) start(t *testing.T, b Behaviour) (notifyme.Notifier, func() Delivery) {
	var got Delivery
	end := make(chan struct{})
	echo := strings.Join(s.Secrets, " ")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		switch b {
		case Accept:
			got = s.Read(r, body)
			got.Wire = wire(r, body)
			if s.Status != 0 {
				w.WriteHeader(s.Status)
			}
			_, _ = io.WriteString(w, s.Answer)
		case Refuse:
			http.Error(w, "bad field in "+r.RequestURI+" "+echo, http.StatusBadRequest)
		case Unauthorized:
			http.Error(w, "unknown "+echo, http.StatusUnauthorized)
		case Limit:
			w.Header().Set("Retry-After", fmt.Sprint(Wait.Seconds()))
			http.Error(w, "slow down "+echo, http.StatusTooManyRequests)
		case Fail:
			http.Error(w, "broken "+r.RequestURI+" "+echo, http.StatusBadGateway)
		case Hang:
			<-end
		case Reset:
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			if tcp, ok := conn.(interface{ NetConn() net.Conn }); ok {
				_ = tcp.NetConn().(*net.TCPConn).SetLinger(0)
				conn = tcp.NetConn()
			}
			_ = conn.Close()
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused handshake is wanted here
	if s.Plain && b != BadTLS {
		server.Start()
	} else {
		server.StartTLS()
	}
	t.Cleanup(func() { close(end); server.Close() })
	common := notifyme.HTTP{Client: server.Client(), Now: func() time.Time {
		if b == Accept {
			return Message().Time
		}
		return time.Now()
	}}
	if b == BadTLS {
		common.Client = &http.Client{Transport: &http.Transport{}}
		t.Cleanup(common.Client.CloseIdleConnections)
	}
	return s.New(server.URL, common), func() Delivery { return got }
}

// wire is the request without what names the test's own server and what the transport adds.
func wire(r *http.Request, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.RequestURI)
	var names []string
	for name := range r.Header {
		if name != "Accept-Encoding" && name != "Content-Length" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
	}
	fmt.Fprintf(&b, "\n%s\n", body)
	return b.String()
}
