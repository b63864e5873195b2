package advisories

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/socme-project/socme/soc"
)

// Bounds of one reading.
const (
	getFor    = 30 * time.Second
	bodyMost  = 4 << 20 // bytes
	validMost = 1024    // bytes of what a server names its answer
	hopsMost  = 5
)

// got is what a publisher's server answered.
type got struct {
	body           []byte
	etag, modified string
	same           bool // as last time: there is no body
}

var errPrivate = errors.New("it leads to an address of a private network, which the core does not read")

func (r *Reader) get(ctx context.Context, p soc.Publisher) (got, error) {
	ctx, cancel := context.WithTimeout(ctx, getFor)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		return got{}, err
	}
	request.Header.Set("User-Agent", "SOCme/"+r.Version)
	request.Header.Set("Accept", "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1")
	if p.ETag != "" {
		request.Header.Set("If-None-Match", p.ETag)
	}
	if p.Modified != "" {
		request.Header.Set("If-Modified-Since", p.Modified)
	}
	response, err := r.client().Do(request)
	if err != nil {
		return got{}, explain(err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	switch {
	case response.StatusCode == http.StatusNotModified:
		return got{same: true}, nil
	case response.StatusCode != http.StatusOK:
		return got{}, fmt.Errorf("its server answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyMost+1))
	if err != nil {
		return got{}, explain(err)
	}
	if len(body) > bodyMost {
		return got{}, fmt.Errorf("it is larger than %d MiB", bodyMost>>20)
	}
	return got{body: body, etag: short(response.Header.Get("ETag")), modified: short(response.Header.Get("Last-Modified"))}, nil
}

func short(validator string) string {
	if len(validator) > validMost {
		return ""
	}
	return validator
}

func (r *Reader) client() *http.Client {
	return &http.Client{
		Transport: newWays(r.Private),
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			if len(via) >= hopsMost {
				return fmt.Errorf("it was passed on more than %d times", hopsMost)
			}
			if via[0].URL.Scheme == "https" && request.URL.Scheme != "https" {
				return errors.New("it was passed on from https to http")
			}
			return nil
		},
	}
}

// ways are the two that lead to a server. The machine's proxy, where it has one, decides
// itself what may be reached. Otherwise each address is looked at just before it is
// connected to, when no name can change its mind any more.
type ways struct{ direct, proxied *http.Transport }

func newWays(private bool) ways {
	of := func(dialer *net.Dialer) *http.Transport {
		return &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: getFor, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true,
		}
	}
	w := ways{direct: of(&net.Dialer{}), proxied: of(&net.Dialer{})}
	if !private {
		w.direct = of(&net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return public(address) }})
	}
	w.proxied.Proxy = http.ProxyFromEnvironment
	return w
}

func (w ways) RoundTrip(request *http.Request) (*http.Response, error) {
	if proxy, err := http.ProxyFromEnvironment(request); proxy != nil || err != nil {
		return w.proxied.RoundTrip(request)
	}
	return w.direct.RoundTrip(request)
}

// public refuses an address that only this machine or its neighbours can reach.
func public(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	tailnet := netip.MustParsePrefix("100.64.0.0/10")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || tailnet.Contains(ip) {
		return errPrivate
	}
	return nil
}

// explain leaves out of an error what says it twice.
func explain(err error) error {
	if errors.Is(err, errPrivate) {
		return errPrivate
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("its server did not answer within %v", getFor)
	}
	return err
}
