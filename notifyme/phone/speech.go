package phone

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/socme-project/socme/notifyme"
)

// sound is what to play: the recordings, or text spoken.
func (n Phone) sound(ctx context.Context, text string) ([]int16, error) {
	if len(n.Recordings) > 0 {
		var all []int16
		for _, name := range n.Recordings {
			content, err := os.ReadFile(name) //nolint:gosec // the operator names it
			if err != nil {
				return nil, err
			}
			samples, err := parseWAV(content)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all = append(all, samples...)
		}
		return all, nil
	}
	if n.Speaker != nil {
		return n.Speaker.Say(ctx, text)
	}
	return n.engine().Say(ctx, text)
}

// engine is a program that reads text on its standard input and writes a WAV file to its standard output.
type engine struct {
	program string
	args    []string
}

var voice = regexp.MustCompile(`^[0-9A-Za-z_+/-]{1,64}$`)

func (n Phone) engine() Speaker {
	if n.Engine == "piper" {
		return engine{cmp.Or(n.Program, "piper"), []string{"--model", n.Model, "--output_file", "-"}}
	}
	return engine{cmp.Or(n.Program, "espeak-ng"), []string{"-v", n.Voice, "-s", strconv.Itoa(n.Speed), "--stdin", "--stdout"}}
}

// maxSpeech is in samples: ten minutes.
const maxSpeech = 600 * rate

// Say runs the program. The text is never an argument, which other users of the machine could read, and which could be an option.
func (e engine) Say(ctx context.Context, text string) ([]int16, error) {
	for i, arg := range e.args {
		if e.args[max(i-1, 0)] == "-v" && !voice.MatchString(arg) {
			return nil, errors.New("voice: it holds characters that no voice's name has")
		}
	}
	cmd := exec.CommandContext(ctx, e.program, e.args...) //nolint:gosec // the operator names it
	cmd.Stdin = strings.NewReader(text)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		first, _, _ := strings.Cut(said.String(), "\n")
		first, _ = notifyme.Cut(notifyme.Line(first), 200, notifyme.Runes)
		return nil, fmt.Errorf("%s: %w %s", e.program, err, first)
	}
	samples, err := parseWAV(out)
	if err == nil && len(samples) == 0 {
		err = errors.New("it said nothing")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.program, err)
	}
	return samples[:min(len(samples), maxSpeech)], nil
}
