package notifyme

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
)

// SMS sends through any gateway that takes a short message as one HTTP request. Body and URL are templates in which
// {to}, {from}, {text} and {id} are replaced, escaped for where they stand: query, JSON, form or XML, by content_type.
// A text has at most parts short messages: 160 or 153 characters each in GSM's alphabet, 70 or 67 otherwise.
type SMS struct {
	URL         string `form:"url,required" help:"the gateway's address; {to}, {from}, {text} and {id} may stand in its query"`
	Method      string `form:"method" default:"POST" choices:"POST,GET,PUT" help:"HTTP method"`
	ContentType string `form:"content_type" default:"application/json" choices:"application/json,application/x-www-form-urlencoded,text/xml" help:"what body is"`
	Body        string `form:"body" default:"{\"to\":\"{to}\",\"from\":\"{from}\",\"text\":\"{text}\"}" help:"the request's body, with {to}, {from}, {text} and {id}"`
	To          string `form:"to,required" help:"number in international form, such as +4915112345678"`
	From        string `form:"from" help:"sender, if the gateway wants one"`
	Parts       int    `form:"parts" default:"3" help:"most short messages for one text"`
	User        string `form:"user" help:"for basic authentication"`
	Password    Secret `form:"password" help:"for basic authentication, with user"`
	Token       Secret `form:"token" help:"for an Authorization header, instead of user and password"`
	Scheme      string `form:"scheme" default:"Bearer" help:"the word before the token"`
	HTTP
}

// number is what a telephone number looks like. A 0 at its front would mean something else in each country.
var number = regexp.MustCompile(`^\+[1-9][0-9]{3,14}$`)

// Notify sends m.
func (n SMS) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("sms", &n, m); err != nil {
		return Receipt{}, err
	}
	if !number.MatchString(n.To) {
		return Receipt{}, Fail("sms", Permanent, "to: it is no number in international form, such as +4915112345678")
	}
	text, cut := cutSMS(m, n.Parts)
	values := map[string]string{"to": n.To, "from": n.From, "text": text, "id": m.Name()}
	address := fill(n.URL, values, url.QueryEscape)
	if err := webURL(address); err != nil {
		return Receipt{}, Fail("sms", Permanent, "url: "+err.Error())
	}
	var body []byte
	header := http.Header{}
	if n.Method != http.MethodGet {
		escape := map[string]func(string) string{
			"application/json": jsonInside, "application/x-www-form-urlencoded": url.QueryEscape, "text/xml": xmlInside,
		}[n.ContentType]
		body = []byte(fill(n.Body, values, escape))
		header.Set("Content-Type", n.ContentType+map[bool]string{true: "; charset=utf-8"}[n.ContentType == "text/xml"])
	}
	switch {
	case n.Token != "":
		header.Set("Authorization", n.Scheme+" "+string(n.Token))
	case n.Password != "":
		request := http.Request{Header: header}
		request.SetBasicAuth(n.User, string(n.Password))
	}
	secrets := append(Secrets(&n), strings.TrimPrefix(header.Get("Authorization"), "Basic "))
	got, err := n.do(ctx, call{kind: "sms", secrets: secrets, method: n.Method, url: address, header: header, body: body})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{At: got.at, Cut: cut, Detail: excerpt(scrub(string(got.body), secrets))}, nil
}

// fill replaces each {name} once, so that a text that holds {to} stays what it is.
func fill(template string, values map[string]string, escape func(string) string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", escape(value))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

func jsonInside(s string) string {
	quoted := encode(s)
	return string(quoted[1 : len(quoted)-1])
}

func xmlInside(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer takes everything
	return b.String()
}

// gsm is the alphabet of GSM 03.38; what stands in its extension counts twice.
const (
	gsm         = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "^{}\\[~]|€\f"
)

// SMSParts is how many short messages text takes.
func SMSParts(text string) int {
	septets, plain := 0, true
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsm, r):
			septets++
		case strings.ContainsRune(gsmExtended, r):
			septets += 2
		default:
			plain = false
		}
	}
	length, alone, joined := septets, 160, 153
	if !plain {
		length, alone, joined = len(utf16.Encode([]rune(text))), 70, 67
	}
	switch {
	case length == 0:
		return 0
	case length <= alone:
		return 1
	}
	return (length + joined - 1) / joined
}

// cutSMS is heading, body and link in at most parts short messages. The ellipsis is three dots: the one character for it
// is not in GSM's alphabet and would halve the room.
func cutSMS(m Message, parts int) (string, bool) {
	full := strings.ReplaceAll(m.join(m.Heading(), m.Plain()), "\n\n", "\n")
	tail := ""
	if m.Link != "" {
		tail = "\n" + m.Link
	}
	parts = max(parts, 1)
	runes := []rune(full)
	if len(runes) <= parts*160 && SMSParts(full+tail) <= parts {
		return full + tail, false
	}
	runes = runes[:min(len(runes), parts*160)]
	for {
		text := strings.TrimRight(string(runes), " \n") + "..." + tail
		if SMSParts(text) <= parts || len(runes) == 0 {
			return text, true
		}
		runes = runes[:len(runes)-1]
	}
}
