package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/socme-project/socme/opsme"
)

// opsView shows what happens at the hosts: their output line by line, each with the host's
// name, on a terminal with a table below that changes as they go on; or as JSON.
type opsView struct {
	out, err io.Writer
	asJSON   bool
	table    *opsTable // on a terminal

	mu    sync.Mutex
	begun map[[2]string][]byte // lines that have not ended, by host and stream
}

func newOpsView(out, err io.Writer, asJSON bool) *opsView {
	v := &opsView{out: out, err: err, asJSON: asJSON, begun: map[[2]string][]byte{}}
	if screen := terminalOf(out); screen != nil && !asJSON {
		v.table = newOpsTable(screen)
		v.err = out // one screen
	}
	return v
}

// show reads all events. Its error says how many hosts failed.
func (v *opsView) show(events iter.Seq[opsme.Event], hosts int) error {
	began, failed, done := time.Now(), []opsme.Result{}, 0
	if v.table != nil {
		v.table.begin(hosts)
		defer v.table.end()
	}
	for event := range events {
		if result, ok := event.(opsme.Result); ok {
			if done++; !result.OK() {
				failed = append(failed, result)
			}
		}
		if err := v.tell(event); err != nil {
			return err
		}
	}
	if v.asJSON {
		return failures(len(failed), hosts)
	}
	v.print(v.err, func(w io.Writer) {
		for _, r := range failed {
			fmt.Fprintf(w, "%s: FAILED: %s (%.1f s)\n", r.Host, oneLine(r.Err.Error()), r.Took.Seconds())
		}
		fmt.Fprintf(w, "%d of %d hosts well, %d failed, in %.1f s\n", done-len(failed), hosts, len(failed), time.Since(began).Seconds())
	})
	return failures(len(failed), hosts)
}

func (v *opsView) tell(event opsme.Event) error {
	if v.asJSON {
		return jsonLines(v.out, []map[string]any{eventJSON(event)})
	}
	if v.table != nil {
		v.table.note(event)
	}
	switch e := event.(type) {
	case opsme.Output:
		v.lines(e)
	case opsme.HostKey:
		v.print(v.err, func(w io.Writer) {
			fmt.Fprintf(w, "%s: pinned the host key %s of %s\n", e.Host, e.Fingerprint, e.Address)
		})
	case opsme.Planned:
		v.print(v.out, func(w io.Writer) {
			via := ""
			if len(e.Jump) > 0 {
				via = " by way of " + strings.Join(e.Jump, ", ")
			}
			fmt.Fprintf(w, "%s: would sign in as %s at %s%s; %s\n", e.Host, e.User, e.Address, via, e.Task)
		})
	case opsme.Result:
		v.rest(e.Host)
	}
	return nil
}

// print writes above the table.
func (v *opsView) print(w io.Writer, write func(w io.Writer)) {
	if v.table != nil {
		v.table.above(write)
		return
	}
	write(w)
}

// lines writes the whole lines of an output, and keeps what is not whole yet.
func (v *opsView) lines(e opsme.Output) {
	key := [2]string{e.Host, e.Stream.String()}
	v.mu.Lock()
	text := slices.Concat(v.begun[key], e.Data)
	end := strings.LastIndexByte(string(text), '\n') + 1
	if end == 0 && len(text) > 64<<10 { // a line without an end
		end = len(text)
	}
	v.begun[key] = text[end:]
	v.mu.Unlock()
	v.write(key, text[:end])
}

// rest writes what a host left without a newline.
func (v *opsView) rest(host string) {
	for _, stream := range []opsme.Stream{opsme.Stdout, opsme.Stderr} {
		key := [2]string{host, stream.String()}
		v.mu.Lock()
		text := v.begun[key]
		delete(v.begun, key)
		v.mu.Unlock()
		v.write(key, text)
	}
}

func (v *opsView) write(key [2]string, text []byte) {
	if len(text) == 0 {
		return
	}
	w := v.out
	if key[1] == "stderr" {
		w = v.err
	}
	v.print(w, func(w io.Writer) {
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if v.table != nil { // what a host writes must not move our cursor
				line = oneLine(strings.ReplaceAll(line, "\t", "    "))
			}
			fmt.Fprintf(w, "%s: %s\n", key[0], line)
		}
	})
}

// aside lets something be asked at the terminal meanwhile.
func (v *opsView) aside(ask func()) {
	if v.table == nil {
		ask()
		return
	}
	v.table.above(func(io.Writer) { ask() })
}

// eventJSON is an event with its name, for scripts.
func eventJSON(event opsme.Event) map[string]any {
	switch e := event.(type) {
	case opsme.Started:
		return map[string]any{"event": "started", "host": e.Host}
	case opsme.Connected:
		return map[string]any{"event": "connected", "host": e.Host, "reused": e.Reused}
	case opsme.HostKey:
		return map[string]any{"event": "host_key", "host": e.Host, "address": e.Address, "fingerprint": e.Fingerprint}
	case opsme.Output:
		m := map[string]any{"event": "output", "host": e.Host, "stream": e.Stream.String()}
		if utf8.Valid(e.Data) {
			m["text"] = string(e.Data)
		} else {
			m["base64"] = e.Data
		}
		return m
	case opsme.Progress:
		return map[string]any{"event": "progress", "host": e.Host, "bytes": e.Done, "of": e.Total}
	case opsme.Planned:
		return map[string]any{"event": "planned", "host": e.Host, "address": e.Address, "user": e.User, "jump": e.Jump, "task": e.Task}
	case opsme.Result:
		m := map[string]any{"event": "result", "host": e.Host, "ok": e.OK(), "code": e.Code, "bytes": e.Bytes, "took_seconds": e.Took.Seconds()}
		if e.Signal != "" {
			m["signal"] = e.Signal
		}
		if e.Err != nil {
			m["error"] = e.Err.Error()
			if failed, ok := errors.AsType[*opsme.Error](e.Err); ok {
				m["kind"], m["phase"] = failed.Kind, failed.Phase
			}
		}
		return m
	}
	return map[string]any{"event": fmt.Sprintf("%T", event), "host": event.At()}
}
