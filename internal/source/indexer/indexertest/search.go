package indexertest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// search is the body of a request, as far as the server knows it.
type search struct {
	Size           int             `json:"size"`
	TrackTotalHits bool            `json:"track_total_hits"`
	Timeout        string          `json:"timeout"`
	Source         *bool           `json:"_source"`
	Query          query           `json:"query"`
	Sort           []sortField     `json:"sort"`
	SearchAfter    []int64         `json:"search_after"`
	Aggs           map[string]aggs `json:"aggs"`
}

type sortField map[string]struct {
	Order        string `json:"order"`
	UnmappedType string `json:"unmapped_type"`
}

type aggs struct {
	Histogram struct {
		Field       string `json:"field"`
		Interval    string `json:"fixed_interval"`
		MinDocCount int    `json:"min_doc_count"`
	} `json:"date_histogram"`
}

// query is a range of @timestamp, ids, or a filter of both.
type query struct {
	Range *struct {
		Time struct {
			From   int64  `json:"gte"`
			Before int64  `json:"lt"`
			Format string `json:"format"`
		} `json:"@timestamp"`
	} `json:"range"`
	IDs *struct {
		Values []string `json:"values"`
	} `json:"ids"`
	Bool *struct {
		Filter []query `json:"filter"`
	} `json:"bool"`
}

// maxResultWindow is the most hits that one search may ask for.
const maxResultWindow = 10_000

func readSearch(body []byte) (search, error) {
	var q search
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, err
	}
	if q.Size > maxResultWindow {
		return q, fmt.Errorf("result window is too large: %d", q.Size)
	}
	for _, by := range q.Sort {
		for field := range by {
			if field == "_id" {
				return q, fmt.Errorf("fielddata access on the _id field is disallowed")
			}
			if field != "@timestamp" && field != "_seq_no" {
				return q, fmt.Errorf("no mapping found for [%s] in order to sort on", field)
			}
		}
	}
	if len(q.SearchAfter) > 0 && len(q.SearchAfter) != len(q.Sort) {
		return q, fmt.Errorf("search_after has %d values but sort has %d", len(q.SearchAfter), len(q.Sort))
	}
	return q, nil
}

// hit is a document that a search found.
type hit struct {
	index string
	doc
}

// keys are what a hit is sorted by.
func (q *search) keys(d doc) []int64 {
	var keys []int64
	for _, by := range q.Sort {
		for field := range by {
			if field == "@timestamp" {
				keys = append(keys, d.ms)
			} else {
				keys = append(keys, d.seq)
			}
		}
	}
	return keys
}

func (q *search) compare(a, b hit) int {
	for _, by := range q.Sort {
		order := cmp.Compare(a.seq, b.seq)
		if _, ok := by["@timestamp"]; ok {
			order = cmp.Compare(a.ms, b.ms)
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

func (q *query) span() (from, before int64) {
	from, before = -1<<62, 1<<62
	if q.Range != nil {
		from, before = q.Range.Time.From, q.Range.Time.Before
	}
	if q.Bool != nil {
		for i := range q.Bool.Filter {
			f, b := q.Bool.Filter[i].span()
			from, before = max(from, f), min(before, b)
		}
	}
	return from, before
}

func (q *query) ids() map[string]bool {
	if q.IDs != nil {
		set := make(map[string]bool, len(q.IDs.Values))
		for _, id := range q.IDs.Values {
			set[id] = true
		}
		return set
	}
	if q.Bool != nil {
		for i := range q.Bool.Filter {
			if set := q.Bool.Filter[i].ids(); set != nil {
				return set
			}
		}
	}
	return nil
}

// search adds what the shard finds: at most Size hits, the first in the order of the
// search, and the counts of all.
func (s *shard) search(name string, q search, now time.Time, counts map[int64]int, hits *[]hit) {
	from, before := q.Query.span()
	ids := q.Query.ids()
	unit := int64(0)
	for _, a := range q.Aggs {
		if d, err := time.ParseDuration(a.Histogram.Interval); err == nil {
			unit = d.Milliseconds()
		}
	}
	i, _ := slices.BinarySearchFunc(s.docs, from, func(d doc, ms int64) int { return cmp.Compare(d.ms, ms) })
	for found := 0; i < len(s.docs); i++ {
		d := s.docs[i]
		if d.ms >= before || unit == 0 && found >= q.Size {
			return
		}
		if d.visible.After(now) || ids != nil && !ids[d.id] {
			continue
		}
		if unit > 0 {
			counts[d.ms-d.ms%unit]++
		}
		if len(q.SearchAfter) > 0 && slices.Compare(q.keys(d), q.SearchAfter) <= 0 {
			continue
		}
		if found++; found <= q.Size {
			*hits = append(*hits, hit{name, d})
		}
	}
}

// answer writes the answer as the indexer does.
func (q *search) answer(hits []hit, counts map[int64]int, shards, failed int, fault *Fault) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"took":1,"timed_out":%t`, fault != nil && fault.TimedOut)
	if fault == nil || !fault.NoShards {
		fmt.Fprintf(&b, `,"_shards":{"total":%d,"successful":%d,"skipped":0,"failed":%d`, shards, shards-failed, failed)
		if failed > 0 {
			b.WriteString(`,"failures":[{"shard":0,"index":"x","node":"n","reason":{"type":"es_rejected_execution_exception","reason":"queue is full"}}]`)
		}
		b.WriteString(`}`)
	}
	b.WriteString(`,"hits":{"max_score":null,"hits":[`)
	for i, h := range hits {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"_index":%q,"_id":%q,"_score":null`, h.index, h.id)
		if q.Source == nil || *q.Source {
			b.WriteString(`,"_source":`)
			b.Write(h.source)
		}
		if len(q.Sort) > 0 {
			keys, _ := json.Marshal(q.keys(h.doc)) //nolint:errchkjson // numbers cannot fail
			b.WriteString(`,"sort":`)
			b.Write(keys)
		}
		b.WriteByte('}')
	}
	b.WriteString(`]}`)
	for name := range q.Aggs {
		if shards == 0 {
			break // nobody counts where there is no index
		}
		fmt.Fprintf(&b, `,"aggregations":{%q:{"buckets":[`, name)
		for i, at := range slices.Sorted(maps.Keys(counts)) {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"key_as_string":%q,"key":%d,"doc_count":%d}`, time.UnixMilli(at).UTC().Format(time.RFC3339), at, counts[at])
		}
		b.WriteString(`]}}`)
	}
	b.WriteByte('}')
	return b.Bytes()
}
