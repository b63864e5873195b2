package wazuhtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Indexer answers as Wazuh's indexer does to searches with and without a point in time,
// over several shards whose documents share sequence numbers.
type Indexer struct {
	Password string // of the user soc; "" takes everybody
	Shards   int    // 3 if 0
	// Before is called before each request, if set, and may change the indexer.
	Before func(*http.Request)
	// Fault may answer instead; it returns whether it did.
	Fault func(http.ResponseWriter, *http.Request) bool

	mu       sync.Mutex
	docs     []doc
	next     []int64 // sequence number of each shard
	pits     map[string][]doc
	opened   int
	requests []string
}

type doc struct {
	index, id string
	source    json.RawMessage
	ms, seq   int64
}

// Add indexes a document; its time is @timestamp, or vulnerability.detected_at.
func (x *Indexer) Add(index, id, source string) {
	var of struct {
		Time          time.Time `json:"@timestamp"`
		Vulnerability struct {
			Time time.Time `json:"detected_at"`
		} `json:"vulnerability"`
	}
	if err := json.Unmarshal([]byte(source), &of); err != nil {
		panic(err)
	}
	if of.Time.IsZero() {
		of.Time = of.Vulnerability.Time
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.next == nil {
		if x.Shards == 0 {
			x.Shards = 3
		}
		x.next = make([]int64, x.Shards)
	}
	shard := len(x.docs) % len(x.next)
	x.docs = append(x.docs, doc{index, id, json.RawMessage(source), of.Time.UnixMilli(), x.next[shard]})
	x.next[shard]++
}

// Requests returns what came so far: METHOD /path.
func (x *Indexer) Requests() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.requests)
}

// Open is how many points in time are open.
func (x *Indexer) Open() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.pits)
}

// Expire ends all points in time.
func (x *Indexer) Expire() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.pits)
}

// RoundTrip answers in memory.
func (x *Indexer) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	x.ServeHTTP(w, r)
	return w.Result(), nil
}

// ServeHTTP answers.
func (x *Indexer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if x.Before != nil {
		x.Before(r)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.requests = append(x.requests, r.Method+" "+r.URL.Path)
	if x.Fault != nil && x.Fault(w, r) {
		return
	}
	if user, password, _ := r.BasicAuth(); x.Password != "" && (user != "soc" || password != x.Password) {
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	if x.pits == nil {
		x.pits = map[string][]doc{}
	}
	body, _ := io.ReadAll(r.Body)
	switch name, last := path.Split(r.URL.Path); {
	case r.URL.Path == "/":
		answer(w, map[string]any{"name": "node-1", "cluster_name": "wazuh-cluster", "version": map[string]string{"number": "2.19.1", "distribution": "opensearch"}})
	case r.URL.Path == "/_cluster/health":
		answer(w, map[string]any{"cluster_name": "wazuh-cluster", "status": "green", "number_of_nodes": 1, "active_shards": 12, "active_shards_percent_as_number": 100.0})
	case strings.HasPrefix(r.URL.Path, "/_cat/indices/"):
		answer(w, []map[string]string{{"health": "green", "status": "open", "index": "wazuh-alerts-4.x-2026.11.25", "docs.count": strconv.Itoa(len(x.docs)), "store.size": "20480", "pri": "3", "rep": "0"}})
	case r.Method == http.MethodPost && last == "point_in_time":
		x.openPIT(w, strings.TrimSuffix(strings.Trim(name, "/"), "/_search"))
	case r.Method == http.MethodDelete && last == "point_in_time":
		var of struct {
			IDs []string `json:"pit_id"`
		}
		_ = json.Unmarshal(body, &of)
		for _, id := range of.IDs {
			delete(x.pits, id)
		}
		answer(w, map[string]any{"pits": []any{}})
	case r.Method == http.MethodPost && last == "_search":
		x.search(w, strings.Trim(name, "/"), body)
	default:
		refuseSearch(w, http.StatusBadRequest, "illegal_argument_exception", "no handler for "+r.URL.Path)
	}
}

func refuseSearch(w http.ResponseWriter, status int, kind, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "error": map[string]any{
		"type": kind, "reason": reason, "root_cause": []any{map[string]string{"type": kind, "reason": reason}},
	}})
}

func (x *Indexer) openPIT(w http.ResponseWriter, pattern string) {
	x.opened++
	id := fmt.Sprintf("pit-%d", x.opened)
	x.pits[id] = slices.Clone(x.in(pattern))
	answer(w, map[string]any{"pit_id": id, "_shards": map[string]int{"total": 3, "successful": 3, "failed": 0}, "creation_time": 1})
}

func (x *Indexer) in(pattern string) []doc {
	var found []doc
	for _, d := range x.docs {
		for p := range strings.SplitSeq(pattern, ",") {
			if fits, _ := path.Match(p, d.index); fits {
				found = append(found, d)
				break
			}
		}
	}
	return found
}

func (x *Indexer) search(w http.ResponseWriter, pattern string, body []byte) {
	var q struct {
		Size  int                                 `json:"size"`
		Sort  []map[string]struct{ Order string } `json:"sort"`
		After []int64                             `json:"search_after"`
		PIT   *struct{ ID string }                `json:"pit"`
		Query map[string]any                      `json:"query"`
		Track any                                 `json:"track_total_hits"`
	}
	if err := json.Unmarshal(body, &q); err != nil {
		refuseSearch(w, http.StatusBadRequest, "parsing_exception", err.Error())
		return
	}
	docs := x.in(pattern)
	if q.PIT != nil {
		kept, there := x.pits[q.PIT.ID]
		if !there || pattern != "" {
			refuseSearch(w, http.StatusNotFound, "search_context_missing_exception", "No search context found for id [1]")
			return
		}
		docs = kept
	}
	docs = slices.DeleteFunc(slices.Clone(docs), func(d doc) bool { return !matches(d, q.Query) })
	byTime, down := len(q.Sort) == 2, len(q.Sort) > 0 && q.Sort[len(q.Sort)-1]["_seq_no"].Order == "desc"
	places := func(d doc) []int64 {
		if byTime {
			return []int64{d.ms, d.seq}
		}
		return []int64{d.seq}
	}
	slices.SortStableFunc(docs, func(a, b doc) int {
		c := slices.Compare(places(a), places(b))
		if down {
			return -c
		}
		return c
	})
	total := len(docs)
	hits := []any{}
	for _, d := range docs {
		if c := slices.Compare(places(d), q.After); q.After != nil && (c <= 0 && !down || c >= 0 && down) {
			continue
		}
		if len(hits) < q.Size {
			hits = append(hits, map[string]any{"_index": d.index, "_id": d.id, "_source": d.source, "sort": places(d)})
		}
	}
	out := map[string]any{
		"took": 1, "timed_out": false, "_shards": map[string]int{"total": 3, "successful": 3, "failed": 0},
		"hits": map[string]any{"hits": hits},
	}
	if q.Track == true {
		out["hits"].(map[string]any)["total"] = map[string]any{"value": total, "relation": "eq"}
	}
	if q.PIT != nil {
		out["pit_id"] = q.PIT.ID
	}
	answer(w, out)
}

// matches applies bool, filter, should, term, terms and range.
func matches(d doc, query map[string]any) bool {
	var fields map[string]any
	_ = json.Unmarshal(d.source, &fields)
	for kind, of := range query {
		clause, _ := of.(map[string]any)
		switch kind {
		case "bool":
			for _, f := range asList(clause["filter"]) {
				if !matches(d, f) {
					return false
				}
			}
			should := asList(clause["should"])
			if len(should) > 0 && !slices.ContainsFunc(should, func(f map[string]any) bool { return matches(d, f) }) {
				return false
			}
		case "terms":
			for field, values := range clause {
				list, _ := values.([]any)
				if !slices.ContainsFunc(list, func(v any) bool { return fmt.Sprint(v) == get(fields, field) }) {
					return false
				}
			}
		case "range":
			for field, bounds := range clause {
				if !between(get(fields, field), bounds.(map[string]any)) {
					return false
				}
			}
		}
	}
	return true
}

func asList(v any) []map[string]any {
	var all []map[string]any
	list, _ := v.([]any)
	for _, item := range list {
		if m, is := item.(map[string]any); is {
			all = append(all, m)
		}
	}
	return all
}

func between(value string, bounds map[string]any) bool {
	for op, bound := range bounds {
		c := strings.Compare(value, fmt.Sprint(bound))
		if m, err := strconv.ParseFloat(value, 64); err == nil {
			if n, isNumber := bound.(float64); isNumber {
				c = int(m - n)
			}
		} else if t, err := time.Parse(time.RFC3339Nano, value); err == nil && op != "format" {
			of, _ := time.Parse(time.RFC3339Nano, fmt.Sprint(bound))
			c = t.Compare(of)
		}
		if op == "gte" && c < 0 || op == "lt" && c >= 0 {
			return false
		}
	}
	return true
}
