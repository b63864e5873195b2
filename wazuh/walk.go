package wazuh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// walk goes from page to page.
type walk struct {
	x     *Indexer
	s     Search
	pit   string
	after []json.RawMessage
	seen  map[string]bool // those of the last place, which the next page holds again
	ended bool
}

// next returns the next documents.
func (w *walk) next(ctx context.Context) ([]Document, error) {
	for try := 0; ; try++ {
		if err := w.open(ctx); err != nil {
			return nil, err
		}
		index := w.s.Index
		if w.pit != "" {
			index = ""
		}
		r, err := w.x.Search(ctx, index, w.s.body(w.from(), w.pit))
		if w.pit != "" && errors.Is(err, ErrNotFound) && try == 0 {
			w.pit = "" // nobody read for too long; go on with a new one
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.pit != "" {
			w.pit = r.pit
		}
		return w.take(r.Documents)
	}
}

// from is the place just before the last document: several may share its own, in
// different shards, and a page may have ended between them.
func (w *walk) from() []json.RawMessage {
	if len(w.after) == 0 {
		return nil
	}
	from := append([]json.RawMessage(nil), w.after...)
	last := len(from) - 1
	var seq Int
	if seq.UnmarshalJSON(from[last]) != nil {
		return from
	}
	if w.s.Descending {
		seq++
	} else {
		seq--
	}
	from[last] = json.RawMessage(strconv.FormatInt(int64(seq), 10))
	return from
}

func (w *walk) take(page []Document) ([]Document, error) {
	w.ended = len(page) < w.s.PageSize
	fresh := page[:0:0]
	for _, d := range page {
		if d.ID == "" || len(d.Sort) == 0 {
			return nil, &IncompleteError{"search", "a document has no id or no place"}
		}
		key := d.Index + "\x00" + d.ID
		if w.seen[key] {
			continue
		}
		if !same(d.Sort, w.after) {
			clear(w.seen)
			w.after = d.Sort
		}
		w.seen[key] = true
		fresh = append(fresh, d)
	}
	if len(fresh) == 0 && !w.ended {
		return nil, &IncompleteError{"search", fmt.Sprintf("more than %d documents share a place; ask for larger pages", len(page))}
	}
	return fresh, nil
}

func same(a, b []json.RawMessage) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if string(a[i]) != string(b[i]) {
			return false
		}
	}
	return true
}

// open opens a point in time, unless there is one or none is wanted.
func (w *walk) open(ctx context.Context) error {
	if w.s.Live || w.pit != "" {
		return nil
	}
	text, err := w.x.Do(ctx, "POST", "/"+w.s.Index+"/_search/point_in_time", url.Values{"keep_alive": {keepAlive}}, nil)
	if err != nil {
		return err
	}
	var answer struct {
		PIT    string `json:"pit_id"`
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.PIT == "" {
		return &IncompleteError{"open a point in time", "it has no id"}
	}
	if answer.Shards.Failed > 0 {
		return &IncompleteError{"open a point in time", fmt.Sprintf("%d shards failed", answer.Shards.Failed)}
	}
	w.pit = answer.PIT
	return nil
}

// close frees the point in time; if that fails, it ends by itself.
func (w *walk) close(ctx context.Context) {
	if w.pit != "" {
		_, _ = w.x.Do(ctx, "DELETE", "/_search/point_in_time", nil, jsonObject{"pit_id": []string{w.pit}})
	}
}
