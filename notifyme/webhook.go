package notifyme

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Webhook posts the message as JSON, signed as Standard Webhooks 1.0 says: the headers webhook-id (the message's name,
// so that a receiver can tell a repetition), webhook-timestamp and webhook-signature, an HMAC-SHA256 over all three and
// the body. See VerifyWebhook. A body goes out whole.
type Webhook struct {
	URL    Secret `form:"url,required,url" help:"address to post to"`
	Secret Secret `form:"secret" help:"key of the signature; whsec_… is read as base64"`
	Token  Secret `form:"token" help:"bearer token, if the server wants one"`
	HTTP
}

// Notify posts m.
func (n Webhook) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("webhook", &n, m); err != nil {
		return Receipt{}, err
	}
	now := n.now()
	if m.Time.IsZero() {
		m.Time = now
	}
	m.Time = m.Time.UTC()
	id, body := "msg_"+m.Name(), encode(struct {
		Type string `json:"type"`
		Message
	}{"notification", m})
	header := bearer(jsonHeader(), n.Token)
	stamp := strconv.FormatInt(now.Unix(), 10)
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", stamp)
	if n.Secret != "" {
		header.Set("webhook-signature", "v1,"+sign(n.Secret, id+"."+stamp+"."+string(body)))
	}
	got, err := n.do(ctx, call{kind: "webhook", secrets: Secrets(&n), url: string(n.URL), header: header, body: body})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{ID: id, At: got.at}, nil
}

func sign(secret Secret, content string) string {
	key := []byte(secret)
	if encoded, ok := strings.CutPrefix(string(secret), "whsec_"); ok {
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(content))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// VerifyWebhook is for the receiving side: it says whether body came from who knows secret, not more than five minutes
// before or after now.
func VerifyWebhook(secret Secret, header http.Header, body []byte, now time.Time) bool {
	stamp, err := strconv.ParseInt(header.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(stamp, 0)).Abs() > 5*time.Minute {
		return false
	}
	want := "v1," + sign(secret, header.Get("webhook-id")+"."+header.Get("webhook-timestamp")+"."+string(body))
	for one := range strings.FieldsSeq(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}
