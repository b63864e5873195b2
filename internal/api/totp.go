package api

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every authenticator app has it; HMAC does not need more
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rsc.io/qr"
)

// A code as every authenticator app makes it (RFC 6238): six digits, a new one every 30
// seconds. One that is a step early or late counts, for clocks that differ.
const (
	totpSecret = 20 // bytes
	totpStep   = 30 * time.Second
	totpSlack  = 1
	totpDigits = 1_000_000
)

// totpCode is the code of a step.
func totpCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%totpDigits)
}

// totpMatch finds the step that a code is of.
func totpMatch(secret []byte, code string, now time.Time) (step int64, ok bool) {
	current := now.Unix() / int64(totpStep/time.Second)
	for s := current - totpSlack; s <= current+totpSlack; s++ {
		if subtle.ConstantTimeCompare([]byte(totpCode(secret, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpText is how people and apps write the secret.
func totpText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// totpURI is what an app reads from a QR code.
func totpURI(secret []byte, user, host string) string {
	issuer := "SOCme"
	if host != "" {
		issuer = "SOCme " + host
	}
	label := url.PathEscape(issuer + ":" + user)
	return "otpauth://totp/" + label + "?" + url.Values{"secret": {totpText(secret)}, "issuer": {issuer}}.Encode()
}

// QR is a QR code as a picture is drawn from it.
type QR struct {
	Size int    `json:"size" doc:"modules in a row"`
	Path string `json:"path" doc:"the dark ones, as the path of an SVG picture of that size"`
}

// qrOf draws a text.
func qrOf(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("draw a QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			begin := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > begin {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", begin, y, x-begin, x-begin)
			}
		}
	}
	return QR{Size: code.Size, Path: path.String()}, nil
}
