package api_test

import (
	"encoding/base32"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/api"
)

func TestAnOwnerGetsInWhileTheWorldGuesses(t *testing.T) {
	clock := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	tries := api.NewTries(func() time.Time { return clock })
	guesses := 0
	for second := range 24 * 3600 / 10 {
		clock = clock.Add(10 * time.Second)
		for machine := range 4 { // of a thousand, each comes back in a while
			if tries.Take("Ada", fmt.Sprintf("203.0.%d.%d", (second*4+machine)/250%4, (second*4+machine)%250), false) == 0 {
				guesses++
			}
		}
		if second%360 == 0 {
			if wait := tries.Take("ada", "192.0.2.7", true); wait > 0 {
				t.Fatalf("after %s of guessing the owner waits %s at a place of hers", time.Duration(second)*10*time.Second, wait)
			}
			tries.Succeeded("ada", "192.0.2.7", true)
		}
	}
	if guesses > 3000 || guesses < 1000 {
		t.Errorf("a thousand machines made %d guesses in a day, want some 2,900", guesses)
	}
	// A name that is nobody's is limited no differently: see that the same budget holds.
	nobody := 0
	for machine := range 250 {
		if tries.Take("nobody", fmt.Sprint("198.51.100.", machine), false) == 0 {
			nobody++
		}
	}
	if nobody != 20 {
		t.Errorf("at a name that is nobody's %d guesses at once, want 20", nobody)
	}
}

func TestTriesAreLimitedByPairAndByPlace(t *testing.T) {
	clock := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	tries := api.NewTries(func() time.Time { return clock })
	atOnce := func(account func(int) string, known bool) int {
		n := 0
		for i := range 100 {
			if tries.Take(account(i), "192.0.2.7", known) == 0 {
				n++
			}
		}
		return n
	}
	if n := atOnce(func(int) string { return "ada" }, true); n != 5 {
		t.Errorf("at a place that is known %d tries at once, want 5", n)
	}
	if wait := tries.Take("ada", "192.0.2.7", true); wait <= 9*time.Second || wait > 10*time.Second {
		t.Errorf("then she waits %s, want 10 s", wait)
	}
	tries.Succeeded("ada", "192.0.2.7", true)
	if wait := tries.Take("ada", "192.0.2.7", true); wait != 0 {
		t.Errorf("after a good one she waits %s", wait)
	}
	if n := atOnce(func(i int) string { return fmt.Sprint("user", i) }, false); n != 20 {
		t.Errorf("one place tries one password on %d accounts at once, want 20", n)
	}
	clock = clock.Add(time.Minute)
	if n := atOnce(func(i int) string { return fmt.Sprint("user", i) }, false); n != 20 {
		t.Errorf("a minute later on %d, want 20", n)
	}
}

func TestCodesAreThoseOfRFC6238(t *testing.T) {
	secret := []byte("12345678901234567890") // the RFC's test secret for SHA-1; its codes have 8 digits, ours their last 6
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := api.TOTPCode(secret, at/30); got != want {
			t.Errorf("at %d the code is %s, want %s", at, got, want)
		}
	}
	now := time.Unix(1111111111, 0)
	for offset, want := range map[time.Duration]bool{0: true, 30 * time.Second: true, -30 * time.Second: true, 90 * time.Second: false, -90 * time.Second: false} {
		code := api.TOTPCode(secret, now.Add(offset).Unix()/30)
		if step, ok := api.TOTPMatch(secret, code, now); ok != want || ok && step != now.Add(offset).Unix()/30 {
			t.Errorf("a code of %s from now matches %v at step %d, want %v", offset, ok, step, want)
		}
	}
	if text := base32.StdEncoding.EncodeToString(secret); text != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Error(text)
	}
}

func TestPasswordsThatAreTriedFirstAreRefused(t *testing.T) {
	for _, password := range []string{
		"password123", "Password2026!!", "P@ssw0rd1234", "pa$$w0rd!!", "qwertyuiop", "1qaz2wsx3edc", "qwerty123456", "azertyuiop1", "1234567890", "0987654321",
		"aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "iloveyou2024", "sunshine1!", "Summer2025!", "letmein123!", "adminadmin", "marseille-marseille",
		"Welcome2025", "changeme123", "trustno1trustno1", "motdepasse1", "passwort1234", "SOCme2026!", "socme-socme", "ada.lovelace1", "AdaLovelace!", "football12345", "12/03/1984!", "monkey dragon",
	} {
		if why := api.Weak(password, "ada.lovelace", "Ada", "Lovelace"); why == "" {
			t.Errorf("%q is let through", password)
		} else if strings.Contains(why, password) {
			t.Errorf("the refusal repeats the password: %s", why)
		}
	}
	for _, password := range []string{
		"correct horse battery", "a few words make a good one", "another long one", "a long password", "xK9#mQ2$vL", "tresorier-olive-quinconce", "gv7rmqk2wd", "Zwölf Boxkämpfer jagen",
	} {
		if why := api.Weak(password, "ada"); why != "" {
			t.Errorf("%q is refused: %s", password, why)
		}
	}
}

func TestWhereARequestComesFrom(t *testing.T) {
	for _, tt := range []struct{ name, remote, forwarded, address, place string }{
		{"straight", "192.0.2.7:4711", "", "192.0.2.7", "192.0.2.7"},
		{"who claims to speak for another", "192.0.2.7:4711", "198.51.100.1", "192.0.2.7", "192.0.2.7"},
		{"behind the proxy of this machine", "127.0.0.1:4711", "198.51.100.1", "198.51.100.1", "198.51.100.1"},
		{"who lies to the proxy", "[::1]:4711", "10.0.0.1, 198.51.100.1", "198.51.100.1", "198.51.100.1"},
		{"nonsense through the proxy", "127.0.0.1:4711", "hello", "127.0.0.1", "127.0.0.1"},
		{"IPv6", "[2001:db8:1:2:3:4:5:6]:4711", "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"IPv4 in IPv6", "[::ffff:192.0.2.7]:4711", "", "192.0.2.7", "192.0.2.7"},
	} {
		address := api.AddressOf(tt.remote, tt.forwarded)
		if place := api.PlaceOf(address); address != tt.address || place != tt.place {
			t.Errorf("%s: %s, place %s; want %s, %s", tt.name, address, place, tt.address, tt.place)
		}
	}
}
