package indexer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// answer is what the indexer said to a search, complete: of a partial one nothing is
// used.
type answer struct {
	docs    []document
	buckets []bucket
	counted bool // there were buckets, if only none with something in it
	shards  int  // asked; 0 if no index fits the pattern
}

type bucket struct {
	Key   int64 `json:"key"`
	Count int   `json:"doc_count"`
}

// incompleteError is an answer that does not hold all that it should.
type incompleteError struct{ why string }

func (e incompleteError) Error() string {
	return "the indexer's answer is not complete: " + e.why + "; asking again"
}

// shards is what an answer says of its shards.
type shards struct {
	Total    int `json:"total"`
	Failed   int `json:"failed"`
	Failures []struct {
		Index  string   `json:"index"`
		Reason apiError `json:"reason"`
	} `json:"failures"`
}

func (s *shards) String() string {
	text := fmt.Sprintf("%d of %d shards failed", s.Failed, s.Total)
	if len(s.Failures) > 0 {
		text += " (" + s.Failures[0].Index + ": " + s.Failures[0].Reason.String() + ")"
	}
	return text
}

// decode reads an answer document by document, so that no more than one is held
// twice, and keeps the bytes of _source as they are.
func decode(body io.Reader) (answer, error) {
	var (
		a        answer
		timedOut bool
		of       *shards
	)
	d := json.NewDecoder(body)
	err := members(d, func(name string) error {
		switch name {
		case "timed_out":
			return d.Decode(&timedOut)
		case "_shards":
			return d.Decode(&of)
		case "hits":
			return members(d, func(name string) error {
				if name == "hits" {
					return a.readHits(d)
				}
				return skip(d)
			})
		case "aggregations":
			var aggregations struct {
				Times struct {
					Buckets []bucket `json:"buckets"`
				} `json:"times"`
			}
			err := d.Decode(&aggregations)
			a.buckets, a.counted = aggregations.Times.Buckets, true
			return err
		}
		return skip(d)
	})
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return answer{}, incompleteError{"it breaks off"}
	case err != nil:
		return answer{}, err
	case timedOut:
		return answer{}, incompleteError{"the search took longer than the indexer gives it (timed_out)"}
	case of == nil:
		return answer{}, incompleteError{"it says nothing of its shards"}
	case of.Failed > 0:
		return answer{}, incompleteError{of.String()}
	}
	a.shards = of.Total
	return a, nil
}

func (a *answer) readHits(d *json.Decoder) error {
	if err := expect(d, json.Delim('[')); err != nil {
		return err
	}
	for d.More() {
		var hit struct {
			Index  string          `json:"_index"`
			ID     string          `json:"_id"`
			Source json.RawMessage `json:"_source"`
			Sort   []int64         `json:"sort"`
		}
		if err := d.Decode(&hit); err != nil {
			return err
		}
		if hit.Index == "" || hit.ID == "" {
			return incompleteError{"a document has no index or no id"}
		}
		doc := document{index: hit.Index, id: hit.ID, key: newKey(hit.Index, hit.ID), source: hit.Source}
		if len(hit.Sort) == 2 {
			doc.at = position{ms: hit.Sort[0], seq: hit.Sort[1]}
		}
		a.docs = append(a.docs, doc)
	}
	return expect(d, json.Delim(']'))
}

// checkOrder says whether the documents are those that were asked for. A proxy or a
// cluster that sorts otherwise must not move our place.
func (a *answer) checkOrder(from position) error {
	for _, d := range a.docs {
		if d.at.before(from) {
			return incompleteError{fmt.Sprintf("document %s/%s is not where it was sorted to", d.index, d.id)}
		}
		if d.at.ms >= farFuture {
			return fmt.Errorf("%s of %s is not in milliseconds; an index of the pattern must map it as date", timeField, d.index)
		}
		from = d.at
	}
	return nil
}

// members calls read for each member of an object; it must take the value.
func members(d *json.Decoder, read func(name string) error) error {
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return fmt.Errorf("read the indexer's answer: %v where a name should stand", token)
		}
		if err := read(name); err != nil {
			return err
		}
	}
	return expect(d, json.Delim('}'))
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("read the indexer's answer: %v where %v should stand", token, want)
	}
	return nil
}

func skip(d *json.Decoder) error {
	var value json.RawMessage
	return d.Decode(&value)
}
