package indexer

import (
	"context"
	"encoding/json"
	"time"
)

// timeField is when the event was, in ms: a date in both Wazuh 4 (where Filebeat makes
// it of the alert's own timestamp) and Wazuh 5.
const timeField = "@timestamp"

// span is the documents of a time: from ms to before ms.
type span struct{ from, before int64 }

func (s span) query() object {
	return object{"range": object{timeField: object{"gte": s.from, "lt": s.before, "format": "epoch_millis"}}}
}

// object is a JSON object.
type object map[string]any

// search asks for documents or counts. Hits are not counted, that would cost. The
// time that the indexer gives itself is shorter than ours, so that it says so.
func (c *client) search(ctx context.Context, index string, body object) (answer, error) {
	body["track_total_hits"] = false
	body["timeout"] = "20s"
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	return c.post(ctx, index, text)
}

// documents returns at most size documents of a span in their order, the first of
// them at a position. It uses no filter_path and no list of fields: with those, the
// indexer would write _source anew, and raw would not be its bytes.
func (c *client) documents(ctx context.Context, index string, in span, from position, size int, source bool) (answer, error) {
	a, err := c.search(ctx, index, object{
		"size":    size,
		"_source": source,
		"query":   in.query(),
		"sort": []object{
			// A pattern may hold an index without any document, and so without the field.
			{timeField: object{"order": "asc", "unmapped_type": "date"}},
			{"_seq_no": object{"order": "asc"}},
		},
		"search_after": []int64{from.ms, from.seq - 1},
	})
	if err != nil {
		return answer{}, err
	}
	return a, a.checkOrder(from)
}

// counts returns how many documents each unit of a span holds.
func (c *client) counts(ctx context.Context, index string, in span, unit string) (map[int64]int, error) {
	a, err := c.search(ctx, index, object{
		"size":  0,
		"query": in.query(),
		"aggs":  object{"times": object{"date_histogram": object{"field": timeField, "fixed_interval": unit, "min_doc_count": 1}}},
	})
	if err != nil {
		return nil, err
	}
	if a.shards > 0 && !a.counted {
		return nil, incompleteError{"it holds no counts"}
	}
	found := make(map[int64]int, len(a.buckets))
	for _, b := range a.buckets {
		found[b.Key] = b.Count
	}
	return found, nil
}

// spareHits is room in an answer by id: one id may stand in two indices.
const spareHits = 16

// sources fetches what documents say, by their ids; those that are gone are missing.
func (c *client) sources(ctx context.Context, index string, docs []document) (map[key][]byte, error) {
	in := span{docs[0].at.ms, docs[0].at.ms + 1}
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.id
		in.from, in.before = min(in.from, d.at.ms), max(in.before, d.at.ms+1)
	}
	a, err := c.search(ctx, index, object{
		"size":  len(docs) + spareHits,
		"query": object{"bool": object{"filter": []object{{"ids": object{"values": ids}}, in.query()}}},
	})
	if err != nil {
		return nil, err
	}
	found := make(map[key][]byte, len(a.docs))
	for _, d := range a.docs {
		found[d.key] = d.source
	}
	return found, nil
}

// farFuture ends every span that has no end: the year 9999, in ms.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
