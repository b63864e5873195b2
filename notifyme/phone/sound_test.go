package phone_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/phone"
)

// quarter reads espeak's 22,050 Hz and brings it to 8,000 Hz in a way of its own: through the spectrum of the whole, by direct
// evaluation of a long sinc without a window.
func quarter(t *testing.T, file string) []int16 {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start := bytes.Index(content, []byte("data")) + 8
	in := make([]float64, (len(content)-start)/2)
	for i := range in {
		in[i] = float64(int16(binary.LittleEndian.Uint16(content[start+2*i:])))
	}
	const step = 22050.0 / 8000
	out := make([]int16, int(float64(len(in))/step))
	for i := range out {
		centre, sum := float64(i)*step, 0.0
		for k := max(0, int(centre)-200); k < min(len(in), int(centre)+200); k++ {
			x := (float64(k) - centre) / step
			w := 1.0
			if x != 0 {
				w = math.Sin(math.Pi*x) / (math.Pi * x)
			}
			sum += w / step * in[k]
		}
		out[i] = int16(max(-32768, min(32767, sum)))
	}
	return out
}

func wav(samples []int16, rate, channels int) []byte {
	var b bytes.Buffer
	write := func(values ...any) {
		for _, v := range values {
			binary.Write(&b, binary.LittleEndian, v)
		}
	}
	size := uint32(2 * len(samples))
	write([]byte("RIFF"), size+36+12, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(channels), uint32(rate), uint32(rate*channels*2), uint16(channels*2), uint16(16))
	write([]byte("LIST"), uint32(3), []byte("abc\x00"), []byte("data"), size, samples)
	return b.Bytes()
}

// A recording of two channels at 44,100 Hz, of which one tone is too high for a telephone, arrives as the low one alone.
func TestRecording(t *testing.T) {
	t.Parallel()
	in := make([]int16, 2*44100/2)
	for i := range len(in) / 2 {
		at := float64(i) / 44100
		in[2*i] = int16(8000*math.Sin(2*math.Pi*440*at) + 8000*math.Sin(2*math.Pi*9000*at))
		in[2*i+1] = in[2*i]
	}
	file := filepath.Join(t.TempDir(), "recording.wav")
	if err := os.WriteFile(file, wav(in, 44100, 2), 0o600); err != nil {
		t.Fatal(err)
	}
	n, e := exchange(t, "u1", "0", invited+answered+hungUp)
	n.Announce, n.Recordings = true, []string{file}
	if _, err := n.Notify(t.Context(), notifyme.Message{Title: "x"}); err != nil {
		t.Fatal(err)
	}
	want := make([]int16, 4000)
	for i := range want {
		want[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/8000))
	}
	got := e.heard(t, 0)
	if len(got) < len(want) {
		t.Fatalf("%d samples arrived, want %d", len(got), len(want))
	}
	if snr := alike(got[100:], want[100:3900]); snr < 30 {
		t.Errorf("signal-to-noise ratio = %.1f dB, want 30", snr)
	}
}

func TestEngines(t *testing.T) {
	t.Run("piper is told its model and reads the words", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "tone.wav"), wav(make([]int16, 8000), 8000, 1), 0o600); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, "piper")
		script := "#!/bin/sh\n[ \"$*\" = '--model en.onnx --output_file -' ] && grep -q 'Node down' && cat " + dir + "/tone.wav\n"
		if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		n, e := exchange(t, "u1", "0", invited+answered+hungUp)
		n.Speaker, n.Engine, n.Program, n.Model, n.Announce = nil, "piper", program, "en.onnx", true
		if _, err := n.Notify(t.Context(), notifyme.Message{Title: "Node down"}); err != nil {
			t.Fatal(err)
		}
		if got := len(e.heard(t, 0)); got < 8000 {
			t.Errorf("%d samples arrived, want 8000", got)
		}
	})
	for name, change := range map[string]func(*phone.Phone){
		"an engine that is not there": func(n *phone.Phone) { n.Program = "/nonexistent/espeak-ng" },
		"a voice that is an option":   func(n *phone.Phone) { n.Voice = "en --path=/" },
		"a recording that is none":    func(n *phone.Phone) { n.Recordings = []string{"/proc/self/cmdline"} },
		"a number with a line break":  func(n *phone.Phone) { n.To = "1\r\nBcc: 2" },
	} {
		t.Run(name+" is found before it rings", func(t *testing.T) {
			n := phone.Phone{Server: "127.0.0.1:1", User: "soc", To: "100"}
			change(&n)
			if _, err := n.Notify(t.Context(), notifyme.Message{Title: "x"}); notifyme.OutcomeOf(err) != notifyme.Permanent {
				t.Errorf("err = %v, want a permanent one", err)
			}
		})
	}
}
