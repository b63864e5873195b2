package advisories

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/socme-project/socme/soc"
)

// What is kept of an item, in characters, and of how many items at one reading.
const (
	titleMost   = 300
	summaryMost = 2000
	itemsMost   = 500
)

// Parse reads RSS or Atom. Texts become plain: no markup, no control
// characters, bounded. A link that is neither http nor https is left out, and so is an
// item without a title. now dates items that have no date, or one that is still to come.
func Parse(data []byte, now time.Time) ([]soc.Advisory, error) {
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("it is neither RSS nor Atom: %w", err)
	}
	if feed.FeedType != "rss" && feed.FeedType != "atom" {
		return nil, errors.New("it is neither RSS nor Atom")
	}
	items := []soc.Advisory{}
	for _, item := range feed.Items[:min(len(feed.Items), itemsMost)] {
		a := soc.Advisory{
			Title: plain(item.Title, titleMost), Summary: plain(cmp.Or(item.Description, item.Content), summaryMost),
			Link: webLink(item.Link, feed.Link), PublishedTime: published(item, now),
		}
		if a.Title == "" {
			continue
		}
		key := sha256.Sum256([]byte(cmp.Or(item.GUID, item.Link, item.Title)))
		a.Key = hex.EncodeToString(key[:])
		items = append(items, a)
	}
	return items, nil
}

func published(item *gofeed.Item, now time.Time) time.Time {
	at := cmp.Or(item.PublishedParsed, item.UpdatedParsed)
	if at == nil || at.After(now) || at.Year() < 1990 {
		return now.UTC()
	}
	return at.UTC()
}

// webLink is a link that a page may show, or "". A relative one is of the feed's site.
func webLink(link, site string) string {
	base, err := url.Parse(strings.TrimSpace(site))
	if err != nil {
		base = &url.URL{}
	}
	u, err := base.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") || len(u.String()) > 2000 {
		return ""
	}
	return u.String()
}

// plain is the text of a fragment of HTML, with single spaces, cut at most characters.
func plain(fragment string, most int) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(fragment))
	hidden := 0 // inside what no browser shows as text
	for {
		switch tokens.Next() {
		case html.ErrorToken: // also the end
			return cut(strings.Join(strings.FieldsFunc(b.String(), blank), " "), most)
		case html.TextToken:
			if hidden == 0 {
				b.Write(tokens.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			switch {
			case unseen(token.DataAtom) && token.Type == html.StartTagToken:
				hidden++
			case unseen(token.DataAtom) && token.Type == html.EndTagToken:
				hidden = max(0, hidden-1)
			}
			if !inline(token.DataAtom) {
				b.WriteByte(' ')
			}
		}
	}
}

func unseen(tag atom.Atom) bool { return tag == atom.Script || tag == atom.Style || tag == atom.Title }

// inline tags stand within words: the others part them.
func inline(tag atom.Atom) bool {
	switch tag {
	case atom.A, atom.B, atom.I, atom.U, atom.Em, atom.Strong, atom.Span, atom.Code, atom.Small, atom.Sub, atom.Sup, atom.Abbr:
		return true
	}
	return false
}

// blank holds of what separates words, and of what must not be shown: controls, and marks
// that change the direction of what stands around them.
func blank(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

func cut(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= most {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:most-1])) + "…"
}
