package phone

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/socme-project/socme/notifyme"
)

// call is one call, with connections of its own.
type call struct {
	Phone
	secrets []string

	ua     *sipgo.UserAgent
	client *sipgo.Client
	target string         // host:port of the server
	server netip.AddrPort // the same, resolved
	local  netip.AddrPort // where we speak SIP
	shown  netip.Addr     // what we call ourselves for audio
	hungUp chan struct{}  // closed when the other side said BYE
}

// goodbye bounds what is still said after the call or the caller's patience has ended.
const goodbye = 2 * time.Second

// run calls, and returns the Call-ID and whether the key was pressed.
func (c *call) run(ctx context.Context, sound []int16) (id string, acknowledged bool, err error) {
	if err := c.open(ctx); err != nil {
		return "", false, err
	}
	defer c.ua.Close()
	if c.Register {
		if err := c.register(ctx, time.Minute+c.Ring); err != nil {
			return "", false, fmt.Errorf("register: %w", err)
		}
		defer func() {
			leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
			defer cancel()
			_ = c.register(leaving, 0) // it would run out by itself
		}()
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(c.local.Addr(), 0)))
	if err != nil {
		return "", false, err
	}
	defer conn.Close()
	port := conn.LocalAddr().(*net.UDPAddr).Port

	session, answer, err := c.invite(ctx, offer(c.shown, port, rand.Uint64()>>1)) //nolint:gosec // no secret
	if err != nil {
		return "", false, err
	}
	defer func() {
		leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		_ = session.Bye(leaving) // an error changes nothing of what was heard
	}()
	acknowledged, err = c.speak(ctx, newLine(conn, answer, c.server.Addr()), sound)
	return session.InviteRequest.CallID().Value(), acknowledged, err
}

// speak says it until the key is pressed, or as often as it is to be said.
func (c *call) speak(ctx context.Context, l *line, sound []int16) (acknowledged bool, err error) {
	go l.listen() // ends with the connection
	talking, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-c.hungUp:
			cancel()
		case <-talking.Done():
		}
	}()
	repeat, wait, key := c.Repeat, c.Wait, byte('1')
	if c.Announce {
		repeat, wait, key = 1, 0, 0
	}
	for range repeat {
		pressed, err := l.play(talking, sound, wait, key)
		switch {
		case pressed:
			// Somebody who hangs up right after the key has still pressed it.
			_, _ = l.play(talking, beep(), 0, 0)
			return true, nil
		case ctx.Err() != nil:
			return false, ctx.Err()
		case err != nil:
			return false, fmt.Errorf("%w: hung up", ErrNotAcknowledged)
		}
	}
	if c.Announce {
		return false, nil
	}
	return false, ErrNotAcknowledged
}

// open finds the server and makes ready to speak SIP with it.
func (c *call) open(ctx context.Context) error {
	standard := map[string]string{"udp": "5060", "tcp": "5060", "tls": "5061"}[c.Transport]
	name, port, err := net.SplitHostPort(c.Server)
	if err != nil {
		name, port = c.Server, standard
	}
	c.target = net.JoinHostPort(name, port)
	c.Domain = cmp.Or(c.Domain, name)
	// A connected UDP socket sends nothing, and tells which of our addresses leads there.
	probe, err := (&net.Dialer{}).DialContext(ctx, "udp", c.target)
	if err != nil {
		return err
	}
	c.server = probe.RemoteAddr().(*net.UDPAddr).AddrPort()
	c.server = netip.AddrPortFrom(c.server.Addr().Unmap(), c.server.Port())
	c.shown = probe.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
	c.local = netip.AddrPortFrom(c.shown, 0)
	_ = probe.Close()
	if c.Address != "" {
		c.shown, _ = netip.ParseAddr(c.Address) // check has read it
	}
	secure := &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		if secure.RootCAs, err = notifyme.Authorities(c.CAFile); err != nil {
			return notifyme.Fail("phone", notifyme.Permanent, err.Error(), c.secrets...)
		}
	}
	quiet := slog.New(slog.DiscardHandler) // the requests that it would log name people
	c.ua, err = sipgo.NewUA(
		sipgo.WithUserAgent(c.User), sipgo.WithUserAgentHostname(c.Domain), sipgo.WithUserAgenTLSConfig(secure),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet), sip.WithTransactionLayerTerminateOnConnClose(),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})), // repeated ones
	)
	if err != nil {
		return err
	}
	if err := c.answerTheirs(ctx, quiet); err != nil {
		return errors.Join(err, c.ua.Close())
	}
	c.client, err = sipgo.NewClient(c.ua, sipgo.WithClientLogger(quiet), sipgo.WithClientNAT(),
		sipgo.WithClientHostname(c.local.Addr().String()), sipgo.WithClientPort(int(c.local.Port())), sipgo.WithClientConnectionAddr(c.local.String()))
	if err == nil {
		c.client.TxRequester = toServer{c.ua, c.target}
	}
	return err
}

// toServer sends a CANCEL where its INVITE went. sipgo would send it to the address that is called, which knows nothing of the call.
type toServer struct {
	ua     *sipgo.UserAgent
	target string
}

func (s toServer) Request(ctx context.Context, request *sip.Request) (sip.ClientTransaction, error) {
	if request.IsAck() { // sipgo asks us for these too; they have no transaction
		return nil, s.ua.TransportLayer().WriteMsg(request)
	}
	if request.IsCancel() {
		request.SetDestination(s.target)
	}
	return s.ua.TransactionLayer().Request(ctx, request)
}

// answerTheirs takes the other side's requests, above all its BYE, on the port that our Contact names and that ours leave from.
func (c *call) answerTheirs(ctx context.Context, quiet *slog.Logger) error {
	c.hungUp = make(chan struct{})
	server, err := sipgo.NewServer(c.ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		return err
	}
	var ended atomic.Bool
	server.OnBye(func(request *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(request, sip.StatusOK, "OK", nil))
		c.once(&ended)
	})
	server.OnOptions(func(request *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(request, sip.StatusOK, "OK", nil))
	})
	// The port is free again when the first request takes it; its transport then reads from it what the server sends.
	if c.Transport == "udp" {
		free, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", c.local.String())
		if err != nil {
			return err
		}
		c.local = free.LocalAddr().(*net.UDPAddr).AddrPort()
		return free.Close()
	}
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.local.String())
	if err != nil {
		return err
	}
	c.local = free.Addr().(*net.TCPAddr).AddrPort()
	return free.Close()
}

func (c *call) address(user string) sip.Uri {
	return sip.Uri{Scheme: "sip", User: user, Host: c.Domain}
}

func (c *call) contact() *sip.ContactHeader {
	contact := &sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: c.User, Host: c.shown.String(), Port: int(c.local.Port())}}
	if c.Transport != "udp" {
		contact.Address.UriParams.Add("transport", c.Transport)
	}
	return contact
}

// request is one to our server, from caller.
func (c *call) request(method sip.RequestMethod, to, caller string) *sip.Request {
	target := c.address(to)
	request := sip.NewRequest(method, target)
	request.SetDestination(c.target)
	request.SetTransport(map[string]string{"udp": "UDP", "tcp": "TCP", "tls": "TLS"}[c.Transport])
	from := &sip.FromHeader{Address: c.address(caller)}
	from.Params.Add("tag", sip.GenerateTagN(16))
	request.AppendHeader(from)
	request.AppendHeader(c.contact())
	request.AppendHeader(sip.NewHeader("User-Agent", "notifyme"))
	return request
}

// register tells the exchange where we are, for as long as said; 0 takes it back.
func (c *call) register(ctx context.Context, length time.Duration) error {
	request := c.request(sip.REGISTER, c.User, c.User)
	request.Recipient.User = ""
	request.AppendHeader(&sip.ToHeader{Address: c.address(c.User)})
	request.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(length.Seconds()))))
	response, err := c.client.Do(ctx, request, sipgo.ClientRequestRegisterBuild)
	if err == nil && (response.StatusCode == sip.StatusUnauthorized || response.StatusCode == sip.StatusProxyAuthRequired) && c.Password != "" {
		response, err = c.client.DoDigestAuth(ctx, request, response, sipgo.DigestAuth{Username: cmp.Or(c.AuthUser, c.User), Password: string(c.Password)})
	}
	if err != nil {
		return err
	}
	if !response.IsSuccess() {
		return &refusal{response}
	}
	return nil
}
