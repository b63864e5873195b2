package phone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/socme-project/socme/notifyme"
)

// refusal is a final answer that is no success.
type refusal struct{ response *sip.Response }

func (r *refusal) Error() string {
	return fmt.Sprintf("the exchange answers %d %s", r.response.StatusCode, r.response.Reason)
}

// Unwrap says what the status means for the person called. See RFC 3261, section 21.
func (r *refusal) Unwrap() error {
	switch r.response.StatusCode {
	case sip.StatusBusyHere, 600: // busy everywhere
		return ErrBusy
	case 603, 607, 608: // declined, unwanted, rejected
		return ErrRefused
	case sip.StatusTemporarilyUnavailable, sip.StatusRequestTimeout, sip.StatusRequestTerminated:
		return ErrNoAnswer
	}
	return nil
}

// invite lets it ring, and returns once somebody has answered and audio is agreed on. The caller says Bye.
func (c *call) invite(ctx context.Context, description string) (*sipgo.DialogClientSession, media, error) {
	request := c.request(sip.INVITE, c.To, cmp.Or(c.CallerID, c.User))
	request.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	request.AppendHeader(sip.NewHeader("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS"))
	request.SetBody([]byte(description))
	dialogs := &sipgo.DialogUA{Client: c.client, ContactHDR: *c.contact()}

	ringing, cancel := context.WithTimeout(ctx, c.Ring)
	defer cancel()
	session, err := dialogs.WriteInvite(ringing, request)
	if err != nil {
		return nil, media{}, ringEnd(ctx, ringing, err)
	}
	var heard atomic.Bool
	done := make(chan error, 1)
	go func() {
		done <- session.WaitAnswer(ringing, sipgo.AnswerOptions{
			Username: cmp.Or(c.AuthUser, c.User), Password: string(c.Password),
			OnResponse: func(*sip.Response) error { heard.Store(true); return nil },
		})
	}()
	select {
	case err = <-done:
	case <-ringing.Done():
		// It cancels the call now, so that no phone rings on; who never said a word need not be told.
		if !heard.Load() {
			return nil, media{}, ringEnd(ctx, ringing, ringing.Err())
		}
		select {
		case err = <-done:
		case <-time.After(goodbye):
			return nil, media{}, ringEnd(ctx, ringing, ringing.Err())
		}
	}
	if err != nil {
		if session.InviteResponse != nil && session.InviteResponse.IsSuccess() {
			c.hangUp(ctx, session) // it was picked up while we cancelled
		}
		if refused, ok := errors.AsType[*sipgo.ErrDialogResponse](err); ok {
			err = &refusal{refused.Res}
		}
		return nil, media{}, ringEnd(ctx, ringing, err)
	}
	if err := session.Ack(ctx); err != nil {
		return nil, media{}, err
	}
	answer, err := parseAnswer(session.InviteResponse.Body())
	if err != nil {
		c.hangUp(ctx, session)
		return nil, media{}, err
	}
	return session, answer, nil
}

// ringEnd says why it stopped ringing: the caller's own end first, then ours.
func ringEnd(ctx, ringing context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case ringing.Err() != nil:
		return ErrNoAnswer
	}
	return err
}

func (c *call) hangUp(ctx context.Context, session *sipgo.DialogClientSession) {
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	_ = session.Ack(leaving)
	_ = session.Bye(leaving)
}

// once closes hungUp the first time.
func (c *call) once(ended *atomic.Bool) {
	if !ended.Swap(true) {
		close(c.hungUp)
	}
}

// judge sorts why a call ended. What another try may change is temporary, also a line that is busy.
func (c *call) judge(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return notifyme.Broken("phone", ctx.Err(), c.secrets...)
	}
	var refused *refusal
	if judged, ok := errors.AsType[*notifyme.Error](err); ok {
		return judged
	}
	for _, known := range []error{ErrBusy, ErrRefused, ErrNoAnswer, ErrNotAcknowledged} {
		if !errors.Is(err, known) {
			continue
		}
		e := notifyme.Fail("phone", notifyme.Temporary, err.Error(), c.secrets...)
		if errors.As(err, &refused) {
			e.Reason = known.Error() + " (" + strconv.Itoa(refused.response.StatusCode) + ")"
			e.Status = refused.response.StatusCode
		}
		e.Err = known
		return e
	}
	if !errors.As(err, &refused) {
		return notifyme.Broken("phone", err, c.secrets...)
	}
	status := refused.response.StatusCode
	e := notifyme.Fail("phone", notifyme.Permanent, err.Error(), c.secrets...)
	e.Status = status
	switch wait, asked := retryAfter(refused.response); {
	case asked:
		e.Outcome, e.Until = notifyme.Limited, time.Now().UTC().Add(min(wait, 24*time.Hour))
	case status >= 500 && status < 600 && status != 501 && status != 505:
		e.Outcome = notifyme.Temporary
	}
	return e
}

// retryAfter reads the header: seconds, and behind them a comment or parameters.
func retryAfter(response *sip.Response) (time.Duration, bool) {
	header := response.GetHeader("Retry-After")
	if header == nil {
		return 0, false
	}
	digits := strings.TrimSpace(header.Value())
	if end := strings.IndexAny(digits, " ;("); end >= 0 {
		digits = digits[:end]
	}
	seconds, err := strconv.Atoi(digits)
	return time.Duration(seconds) * time.Second, err == nil && seconds > 0 && seconds < 1e9
}
