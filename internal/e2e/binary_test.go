package e2e_test

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"

	"github.com/socme-project/socme/internal/e2e/rig"
	"github.com/socme-project/socme/internal/store/storetest"
	"github.com/socme-project/socme/soc"
)

func TestMain(m *testing.M) { rig.Main(m, storetest.Stop) }

// process is the program, running.
type process struct{ *rig.Process }

// start runs the program with args. It dies with the test, whatever happens.
func start(t testing.TB, args ...string) *process {
	t.Helper()
	return &process{rig.Start(t, args...)}
}

// says waits until the process has said the words.
func (p *process) says(t testing.TB, words string) { t.Helper(); p.Says(t, words) }

// kill ends it at once, with no word to it.
func (p *process) kill() { p.Kill() }

// command runs the program to its end and returns what it printed.
func command(t testing.TB, env []string, args ...string) string {
	t.Helper()
	return rig.Command(t, env, args...)
}

// try is command for what may fail.
func try(t testing.TB, env []string, args ...string) (string, error) {
	t.Helper()
	return rig.Try(t, "", env, args...)
}

// lines reads one JSON object a line.
func lines[T any](t testing.TB, text string) []T {
	t.Helper()
	var all []T
	scanner := bufio.NewScanner(strings.NewReader(text))
	scanner.Buffer(nil, 4*soc.MaxRaw)
	for scanner.Scan() {
		var one T
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			t.Fatalf("%v in %q", err, scanner.Text())
		}
		all = append(all, one)
	}
	return all
}
