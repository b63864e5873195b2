package opsme

import (
	"iter"
	"time"
)

// Event is something that happened at a host: Started, HostKey, Output, Progress, Planned
// or Result. Events come in the order in which they happen, those of different hosts
// between each other.
type Event interface {
	// At is the host's name in the inventory.
	At() string
}

// Started says that a host's turn has come.
type Started struct{ Host string }

// Connected says that it is signed in.
type Connected struct {
	Host   string
	Reused bool // the connection was open from before
}

// HostKey says that an unknown host key was pinned, as TrustNew asks for.
type HostKey struct {
	Host        string
	Address     string // host:port, as in known_hosts
	Fingerprint string // SHA256:…
}

// Stream is where output was written to.
type Stream int

// The streams of a command.
const (
	Stdout Stream = iota + 1
	Stderr
)

func (s Stream) String() string {
	if s == Stderr {
		return "stderr"
	}
	return "stdout"
}

// Output is what a command wrote: any bytes, at most 32 KiB, not cut at lines. The data
// belongs to the receiver.
type Output struct {
	Host   string
	Stream Stream
	Data   []byte
}

// Progress tells of a transfer, a few times a second.
type Progress struct {
	Host        string
	Done, Total int64 // bytes
}

// Planned is what a dry run tells instead of connecting.
type Planned struct {
	Host    string
	Address string   // host:port
	User    string   // who signs in
	Jump    []string // jump hosts, the nearest first
	Task    string   // what would be done
}

// Result is a host's last event. Every host gets exactly one, whatever happens.
type Result struct {
	Host string
	// Err is nil if all went well; otherwise it is an *Error.
	Err error
	// Code is the command's exit status, and Signal the signal that ended it (TERM, KILL)
	// or "". Code is -1 if the command did not end by itself.
	Code   int
	Signal string
	// Bytes is what a transfer moved; what was there already does not count.
	Bytes int64
	// Took is the time from Started to now, without the wait for a turn.
	Took time.Duration
}

// OK tells whether the host did what it should.
func (r Result) OK() bool { return r.Err == nil }

// At implements Event.
func (e Started) At() string { return e.Host }

// At implements Event.
func (e Connected) At() string { return e.Host }

// At implements Event.
func (e HostKey) At() string { return e.Host }

// At implements Event.
func (e Output) At() string { return e.Host }

// At implements Event.
func (e Progress) At() string { return e.Host }

// At implements Event.
func (e Planned) At() string { return e.Host }

// At implements Event.
func (r Result) At() string { return r.Host }

// Outcome is a host's result with what it wrote.
type Outcome struct {
	Result
	Stdout, Stderr []byte
	// Cut is how many bytes of output were left out, beyond the limit.
	Cut int64
}

// Collect reads all events and returns an outcome for each host, in the order of the
// results. It keeps at most limit bytes of a host's output; 0 means 1 MiB.
func Collect(events iter.Seq[Event], limit int) []Outcome {
	if limit == 0 {
		limit = 1 << 20
	}
	var outcomes []Outcome
	open := map[string]*Outcome{}
	of := func(host string) *Outcome {
		if open[host] == nil {
			open[host] = &Outcome{}
		}
		return open[host]
	}
	for event := range events {
		switch e := event.(type) {
		case Output:
			o := of(e.Host)
			keep := min(len(e.Data), max(0, limit-len(o.Stdout)-len(o.Stderr)))
			o.Cut += int64(len(e.Data) - keep)
			if e.Stream == Stderr {
				o.Stderr = append(o.Stderr, e.Data[:keep]...)
			} else {
				o.Stdout = append(o.Stdout, e.Data[:keep]...)
			}
		case Result:
			o := of(e.Host)
			o.Result = e
			outcomes = append(outcomes, *o)
			delete(open, e.Host)
		}
	}
	return outcomes
}
