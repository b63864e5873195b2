package wazuh

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
)

// LogEntry is a line of the server's own log (ossec.log), not of what it watches.
type LogEntry struct {
	Time        Time   `json:"timestamp,omitzero"`
	Tag         string `json:"tag"`   // the daemon
	Level       string `json:"level"` // critical, error, warning, info, debug, debug2
	Description string `json:"description"`
}

// UnmarshalJSON takes the blank off that each description begins with.
func (l *LogEntry) UnmarshalJSON(data []byte) error {
	type plain LogEntry
	if err := json.Unmarshal(data, (*plain)(l)); err != nil {
		return err
	}
	l.Description = strings.TrimSpace(l.Description)
	return nil
}

// LogFilter narrows a list of log entries.
type LogFilter struct {
	Query
	Level string `url:"level"`
	Tag   string `url:"tag"`
}

// Logs returns the server's own log, newest first: its last 2,000 lines or so.
func (n *Node) Logs(ctx context.Context, f LogFilter) iter.Seq2[LogEntry, error] {
	return func(yield func(LogEntry, error) bool) {
		call, err := n.request(ctx, "GET", "/logs")
		if err != nil {
			yield(LogEntry{}, err)
			return
		}
		pages(ctx, n.c, list[LogEntry]{call: call.with(f), size: f.PageSize})(yield)
	}
}

// LogCounts is how many lines of each level a daemon wrote.
type LogCounts struct {
	All      int `json:"all"`
	Critical int `json:"critical"`
	Error    int `json:"error"`
	Warning  int `json:"warning"`
	Info     int `json:"info"`
	Debug    int `json:"debug"`
}

// LogsSummary counts the lines of the log by daemon.
func (n *Node) LogsSummary(ctx context.Context) (map[string]LogCounts, error) {
	return merged[LogCounts](ctx, n, "/logs/summary")
}
