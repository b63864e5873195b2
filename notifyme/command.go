package notifyme

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"time"
)

// Command runs a program of this machine, without a shell. The message comes as JSON on its standard input and, in
// short, in NOTIFYME_TITLE, NOTIFYME_SEVERITY, NOTIFYME_LINK and NOTIFYME_KEY; never in its arguments, where every user of the machine could read
// it. Exit status 0 is sent, 75 (EX_TEMPFAIL) is temporary, every other one is permanent. The first line that it writes is
// the receipt's ID.
type Command struct {
	Program string        `form:"program,required" help:"absolute path of the program"`
	Args    []string      `form:"args" help:"its arguments, one an entry; the message is not among them"`
	Token   Secret        `form:"token" help:"handed to the program in NOTIFYME_TOKEN"`
	Timeout time.Duration `form:"timeout" default:"30s" help:"after which the program and its children are killed"`
}

// maxOutput is how much of a program's output is kept, in bytes.
const maxOutput = 8 << 10

// Notify runs the program.
func (n Command) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("command", &n, m); err != nil {
		return Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, n.Timeout)
	defer cancel()
	title, cut := Cut(m.Heading(), 4096, Bytes) // the kernel bounds an environment
	var out, said limited
	cmd := exec.CommandContext(ctx, n.Program, n.Args...) //nolint:gosec // the operator names it
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(encode(m)), &out, &said
	cmd.Env = append(os.Environ(),
		"NOTIFYME_TITLE="+title, "NOTIFYME_SEVERITY="+m.Severity.String(), "NOTIFYME_LINK="+m.Link, "NOTIFYME_KEY="+Line(m.Key))
	if n.Token != "" {
		cmd.Env = append(cmd.Env, "NOTIFYME_TOKEN="+string(n.Token))
	}
	killWhole(cmd)
	cmd.WaitDelay = 2 * time.Second // for who left the group and holds our pipes
	err := cmd.Run()
	secrets := Secrets(&n)
	if ctx.Err() != nil {
		return Receipt{}, Broken("command", ctx.Err(), secrets...)
	}
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		first, _, _ := bytes.Cut(out.Bytes(), []byte("\n"))
		return Receipt{ID: excerpt(scrub(string(first), secrets)), At: time.Now().UTC(), Cut: cut}, nil
	}
	outcome := Permanent
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 75 {
		outcome = Temporary
	}
	reason := err.Error()
	if text := excerpt(said.String()); text != "" {
		reason += ": " + text
	}
	return Receipt{}, Fail("command", outcome, reason, secrets...)
}

// limited keeps the beginning of what is written and swallows the rest.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	_, _ = l.Buffer.Write(p[:min(len(p), max(maxOutput-l.Len(), 0))])
	return len(p), nil
}
