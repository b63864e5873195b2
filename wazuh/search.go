package wazuh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
)

// Search says which documents are wanted.
type Search struct {
	Index string // pattern, or several by comma
	// Query in the indexer's language, such as {"term":{"agent.id":"001"}}; nil is all.
	Query any
	// Time is the field to sort by, such as @timestamp; "" sorts as indexed. Ties are
	// told apart by _seq_no.
	Time       string
	Descending bool
	// After is where to go on: the Sort of the last document that was read.
	After []json.RawMessage
	// PageSize is how many are asked for at a time: 1 to 10,000, 0 is 1,000.
	PageSize int
	// Fields of the source to return; nil returns the source as it was indexed.
	Fields []string
	// Live reads what is there at each page. Otherwise a point in time is opened first,
	// so that all pages are of the same state; the role needs
	// indices:data/read/point_in_time/* then.
	Live bool
}

// Document is one of the indexer's.
type Document struct {
	Index  string            `json:"_index"`
	ID     string            `json:"_id"`
	Source json.RawMessage   `json:"_source"`
	Sort   []json.RawMessage `json:"sort,omitempty"` // its place in the order
}

// Result is the answer to one search.
type Result struct {
	Documents    []Document
	Total        int  // that fit, if it was asked for
	AtLeast      bool // Total is a lower bound
	Aggregations map[string]json.RawMessage
	pit          string
}

const (
	defaultSearch = 1000
	maxSearch     = 10_000
	keepAlive     = "2m" // of a point in time, from page to page
)

// jsonObject is one.
type jsonObject map[string]any

// body is the request for the page after a place.
func (s *Search) body(after []json.RawMessage, pit string) jsonObject {
	order := "asc"
	if s.Descending {
		order = "desc"
	}
	sort := []jsonObject{}
	if s.Time != "" {
		// A pattern may hold an index without any document, and so without the field.
		sort = append(sort, jsonObject{s.Time: jsonObject{"order": order, "unmapped_type": "date"}})
	}
	sort = append(sort, jsonObject{"_seq_no": jsonObject{"order": order}})
	b := jsonObject{"size": s.PageSize, "sort": sort, "track_total_hits": false}
	if s.Query != nil {
		b["query"] = s.Query
	}
	if s.Fields != nil {
		b["_source"] = s.Fields
	}
	if after != nil {
		b["search_after"] = after
	}
	if pit != "" {
		b["pit"] = jsonObject{"id": pit, "keep_alive": keepAlive}
	}
	return b
}

// Search sends one search with a body of the caller's, and refuses an answer that is not
// complete. Index "" is for a body with a point in time.
func (x *Indexer) Search(ctx context.Context, index string, body any) (Result, error) {
	path, query := "/_search", url.Values{"allow_partial_search_results": {"false"}}
	if index != "" {
		path = "/" + index + path
		query.Set("ignore_unavailable", "true") // one index of several may be deleted at any time
		query.Set("allow_no_indices", "true")
	}
	text, err := x.Do(ctx, "POST", path, query, body)
	if err != nil {
		return Result{}, err
	}
	return readResult("POST "+path, text)
}

func readResult(op string, text []byte) (Result, error) {
	var answer struct {
		TimedOut bool   `json:"timed_out"`
		PIT      string `json:"pit_id"`
		Shards   *struct {
			Total    int `json:"total"`
			Failed   int `json:"failed"`
			Failures []struct {
				Index  string `json:"index"`
				Reason struct {
					Reason string `json:"reason"`
				} `json:"reason"`
			} `json:"failures"`
		} `json:"_shards"`
		Hits struct {
			Total *struct {
				Value    int    `json:"value"`
				Relation string `json:"relation"`
			} `json:"total"`
			Hits []Document `json:"hits"`
		} `json:"hits"`
		Aggregations map[string]json.RawMessage `json:"aggregations"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return Result{}, fmt.Errorf("%s: read the answer: %w", op, err)
	}
	switch {
	case answer.TimedOut:
		return Result{}, &IncompleteError{op, "the search took longer than it was given"}
	case answer.Shards == nil:
		return Result{}, &IncompleteError{op, "it says nothing of its shards"}
	case answer.Shards.Failed > 0:
		why := fmt.Sprintf("%d of %d shards failed", answer.Shards.Failed, answer.Shards.Total)
		if f := answer.Shards.Failures; len(f) > 0 {
			why += " (" + f[0].Index + ": " + f[0].Reason.Reason + ")"
		}
		return Result{}, &IncompleteError{op, why}
	}
	r := Result{Documents: answer.Hits.Hits, Aggregations: answer.Aggregations, pit: answer.PIT}
	if t := answer.Hits.Total; t != nil {
		r.Total, r.AtLeast = t.Value, t.Relation == "gte"
	}
	return r, nil
}

// Count tells how many documents fit; query may be nil.
func (x *Indexer) Count(ctx context.Context, index string, query any) (int, error) {
	body := jsonObject{"size": 0, "track_total_hits": true}
	if query != nil {
		body["query"] = query
	}
	r, err := x.Search(ctx, index, body)
	return r.Total, err
}

// Documents returns all that fit, in order, each once. Pages are fetched as they are
// read.
func (x *Indexer) Documents(ctx context.Context, s Search) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		if err := s.check(); err != nil {
			yield(Document{}, err)
			return
		}
		w := walk{x: x, s: s, after: s.After, seen: map[string]bool{}}
		defer w.close(context.WithoutCancel(ctx))
		for {
			documents, err := w.next(ctx)
			if err != nil {
				yield(Document{}, err)
				return
			}
			for _, d := range documents {
				if !yield(d, nil) {
					return
				}
			}
			if w.ended {
				return
			}
		}
	}
}

func (s *Search) check() error {
	if s.Index == "" {
		return errors.New("search: no index is given")
	}
	if s.PageSize < 0 || s.PageSize > maxSearch {
		return fmt.Errorf("search: a page has 1 to %d documents, not %d", maxSearch, s.PageSize)
	}
	if s.PageSize == 0 {
		s.PageSize = defaultSearch
	}
	s.PageSize = max(s.PageSize, 2) // a page begins where the one before ended
	return nil
}
