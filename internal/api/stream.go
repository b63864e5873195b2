package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/socme-project/socme/internal/hub"
	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

const (
	keepAlive   = 15 * time.Second
	streamBatch = 256 // entries written between two flushes
	writeWait   = 30 * time.Second
)

func (a *API) stream(api huma.API) {
	op := operation("stream", http.MethodGet, "/stream", signed, "New alerts as they are committed (server-sent events)")
	op.Description = "Events: `hello` with the position where it begins; `alert` with the alert as data and its position as id; `reset` when " +
		"positions were missed and the list must be queried again. A client that comes back sends Last-Event-ID. " +
		"Of several queries an alert matches at least one; `matches` in its data counts which, from 0."
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(api, long(op), func(ctx context.Context, in *struct {
		Queries     []string `query:"query,explode" maxItems:"32" doc:"the query language; several may be given, everything if absent" example:"severity>=high"`
		LastEventID string   `header:"Last-Event-ID" maxLength:"256" doc:"position of the last event that was seen; 0 begins with the oldest that is held"`
	},
	) (*huma.StreamResponse, error) {
		queries, err := a.queries(ctx, in.Queries)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		span, err := a.Store.FeedSpan(ctx, scopeOf(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		s := &stream{API: a, queries: queries, who: principalOf(ctx), pos: span.Last}
		if in.LastEventID != "" {
			pos, err := s.position(in.LastEventID)
			s.reset = err != nil || !span.Holds(pos)
			if !s.reset {
				s.pos = pos
			}
		}
		return &huma.StreamResponse{Body: s.run}, nil
	})
}

// queries reads those of a stream, of which there is at least one: without any it is the
// one that matches everything.
func (a *API) queries(ctx context.Context, texts []string) ([]query.Query, error) {
	if len(texts) == 0 {
		texts = []string{""}
	}
	var queries []query.Query
	for _, text := range texts {
		q, err := query.Parse(text, a.asker(ctx))
		if err != nil {
			return nil, err
		}
		queries = append(queries, q)
	}
	return queries, nil
}

// stream is one listener.
type stream struct {
	*API
	queries []query.Query
	who     principal
	pos     int64
	reset   bool
	out     bytes.Buffer
	checked time.Time // when the sign-in was last seen to be good
}

func (s *stream) run(hctx huma.Context) {
	hctx.SetHeader("Content-Type", "text/event-stream")
	hctx.SetHeader("Cache-Control", "no-store")
	hctx.SetHeader("X-Accel-Buffering", "no")
	ctx, cancel := context.WithCancel(hctx.Context())
	defer cancel()
	defer s.Metrics.StreamOpened()()
	go func() {
		select {
		case <-s.Done:
			cancel()
		case <-ctx.Done():
		}
	}()
	writer, ok := hctx.BodyWriter().(http.ResponseWriter)
	if !ok {
		return
	}
	control := http.NewResponseController(writer)
	flush := func() error {
		// A listener that takes nothing for so long is gone; it will come back and resume.
		if err := control.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
			return err
		}
		if _, err := writer.Write(s.out.Bytes()); err != nil {
			return err
		}
		s.out.Reset()
		return control.Flush()
	}
	if s.reset {
		s.Metrics.StreamReset()
		s.event("reset", "", struct{}{})
	}
	s.event("hello", s.place(s.pos), map[string]string{"position": s.place(s.pos)})
	for s.checked = s.Now(); ; {
		if err := flush(); err != nil {
			return
		}
		wait, done := context.WithTimeout(ctx, keepAlive)
		err := s.next(wait)
		late := wait.Err() != nil
		done()
		switch {
		case ctx.Err() != nil:
			return
		case late:
			s.out.WriteString(": still here\n\n")
		case err != nil:
			s.Log.ErrorContext(ctx, "stream ended", "err", err)
			return
		}
		if s.Now().Sub(s.checked) > keepAlive && !s.stillSignedIn(ctx) {
			return
		}
	}
}

// place writes a position. Positions count the alerts of all clients: who does not see all
// of these gets it sealed, so that it tells nothing but where to go on.
func (s *stream) place(pos int64) string {
	if s.who.scope.All() {
		return strconv.FormatInt(pos, 10)
	}
	return base64.RawURLEncoding.EncodeToString(s.Seal.Seal(binary.BigEndian.AppendUint64(nil, uint64(pos)), s.sealedFor()))
}

// position reads what place wrote for the same caller. 0 is the beginning for everybody.
func (s *stream) position(place string) (int64, error) {
	if s.who.scope.All() || place == "0" {
		return strconv.ParseInt(place, 10, 64)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(place)
	if err != nil {
		return 0, err
	}
	pos, err := s.Seal.Open(sealed, s.sealedFor())
	if err == nil && len(pos) != 8 {
		err = soc.ErrInvalid
	}
	if err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(pos)), nil
}

func (s *stream) sealedFor() string { return "stream position of " + s.who.scope.Actor().ID }

// next writes what is new, and waits until something is.
func (s *stream) next(ctx context.Context) error {
	entries, ok, err := s.Hub.Next(ctx, s.pos, streamBatch)
	if err != nil {
		return err
	}
	var next int64
	if ok {
		next = entries[len(entries)-1].Pos
	} else if entries, next, err = s.catchUp(ctx); err != nil {
		return err
	}
	var sent []soc.StoredAlert
	for _, e := range entries {
		if e.Reset {
			s.event("reset", s.place(e.Pos), struct{}{})
			continue
		}
		if s.alert(e) {
			sent = append(sent, e.Alert)
		}
	}
	s.saw(sent)
	s.Metrics.StreamSent(len(sent))
	s.pos = next
	return nil
}

// saw notes whose alerts were sent. To who sees all and asks for no client, those of any
// come all the time: that is a look at all clients, rather than ten of them every minute.
func (s *stream) saw(sent []soc.StoredAlert) {
	switch {
	case len(sent) == 0:
	case s.who.scope.All() && clientsNamed(s.queries) == nil:
		s.looks.counted(s.who.scope, "stream", nil)
	default:
		s.looks.see(s.who.scope, "stream", clientsOf(sent)...)
	}
}

// alert writes an alert that the listener may see and asked for; false if it is none.
func (s *stream) alert(e *hub.Entry) bool {
	if !s.who.scope.Sees(e.Alert.ClientID) {
		return false
	}
	var matches []int
	for i := range s.queries {
		if s.queries[i].Match(&e.Alert) {
			matches = append(matches, i)
		}
	}
	if len(matches) == 0 {
		return false
	}
	data := e.JSON()
	if len(s.queries) > 1 {
		data = withMatches(data, matches)
	}
	s.write("alert", s.place(e.Pos), data)
	return true
}

// withMatches is an alert with one more field: the numbers of the queries that it matches.
func withMatches(alert []byte, matches []int) []byte {
	open := bytes.TrimSuffix(alert, []byte("}"))
	return append(slices.Concat(open, []byte(`,"matches":`), encode(matches)), '}')
}

// catchUp reads what the hub no longer has from the store.
func (s *stream) catchUp(ctx context.Context) ([]*hub.Entry, int64, error) {
	s.Metrics.StreamBehind()
	span, err := s.Store.FeedSpan(ctx, s.who.scope)
	if err != nil {
		return nil, s.pos, err
	}
	if !span.Holds(s.pos) {
		s.Metrics.StreamReset()
		s.event("reset", s.place(span.Last), struct{}{})
		return nil, span.Last, nil
	}
	fed, next, err := s.Store.Feed(ctx, s.who.scope, s.pos, streamBatch)
	entries := make([]*hub.Entry, len(fed))
	for i := range fed {
		entries[i] = hub.NewEntry(fed[i])
	}
	return entries, next, err
}

// stillSignedIn ends the stream of who was signed out, or whose token was ended. Who may
// see other clients than before does so from now on.
func (s *stream) stillSignedIn(ctx context.Context) bool {
	s.checked = s.Now()
	who, err := s.again(ctx, s.who)
	if err == nil {
		s.who = who
	}
	return err == nil
}

func (s *stream) event(name, id string, data any) { s.write(name, id, encode(data)) }

func (s *stream) write(name, id string, data []byte) {
	if id != "" {
		fmt.Fprintf(&s.out, "id: %s\n", id)
	}
	fmt.Fprintf(&s.out, "event: %s\ndata: %s\n\n", name, data)
}

func encode(data any) []byte {
	text, err := json.Marshal(data)
	if err != nil { // our own types always marshal
		panic(err)
	}
	return text
}
