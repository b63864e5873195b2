package wazuh

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Logtest tries what the server makes of an event, without it being one. Up to 4.14.
type Logtest struct{ c *Client }

// LogtestInput is an event to try.
type LogtestInput struct {
	Event    string `json:"event"`
	Format   string `json:"log_format"` // syslog, json, eventchannel, …
	Location string `json:"location"`   // such as /var/log/auth.log
	// Token of the session that rules with a frequency count in; "" begins one.
	Token string `json:"token,omitempty"`
}

// LogtestResult is what the server makes of it.
type LogtestResult struct {
	Token    string        `json:"token"` // of the session
	Messages []string      `json:"messages,omitempty"`
	Alert    bool          `json:"alert"` // whether it would be one
	Code     int           `json:"codemsg"`
	Output   LogtestOutput `json:"output"`
}

// LogtestOutput is shaped like an alert. Rule is nil if none fits.
type LogtestOutput struct {
	Time       Time            `json:"timestamp,omitzero"`
	ID         string          `json:"id"`
	Rule       *AlertRule      `json:"rule,omitempty"`
	Agent      AlertAgent      `json:"agent"`
	Manager    AlertManager    `json:"manager"`
	Decoder    json.RawMessage `json:"decoder,omitempty"`
	Predecoder json.RawMessage `json:"predecoder,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	FullLog    string          `json:"full_log,omitempty"`
	Location   string          `json:"location"`
	// Raw is the whole output as it came.
	Raw json.RawMessage `json:"-"`
}

// UnmarshalJSON also keeps Raw.
func (o *LogtestOutput) UnmarshalJSON(data []byte) error {
	type plain LogtestOutput
	if err := json.Unmarshal(data, (*plain)(o)); err != nil {
		return err
	}
	o.Raw = slices.Clone(data)
	return nil
}

// LogtestError is that logtest itself did not work, or that a session is not there
// ([ErrNotFound]).
type LogtestError struct {
	Op       string
	Code     int
	Messages []string
}

func (e *LogtestError) Error() string {
	return fmt.Sprintf("%s: %s (code %d)", e.Op, strings.Join(e.Messages, "; "), e.Code)
}

// Is tells a session that is not there.
func (e *LogtestError) Is(target error) bool {
	return target == ErrNotFound && slices.ContainsFunc(e.Messages, func(m string) bool { return strings.Contains(m, "(7004)") })
}

// Run tries an event. An unknown token begins a new session, which Messages tells.
func (l *Logtest) Run(ctx context.Context, in LogtestInput) (LogtestResult, error) {
	call, err := request("PUT /logtest").json(in)
	if err != nil {
		return LogtestResult{}, err
	}
	result, err := object[LogtestResult](ctx, l.c, call)
	if err == nil && result.Code < 0 {
		err = &LogtestError{Op: call.op, Code: result.Code, Messages: result.Messages}
	}
	return result, err
}

// End ends a session; it would end by itself after 15 minutes without use.
func (l *Logtest) End(ctx context.Context, token string) error {
	const op = "DELETE /logtest/sessions/{token}"
	if err := empty(op, "token", token); err != nil {
		return err
	}
	result, err := object[LogtestResult](ctx, l.c, request(op, token))
	if err == nil && result.Code < 0 {
		err = &LogtestError{Op: op, Code: result.Code, Messages: result.Messages}
	}
	return err
}
