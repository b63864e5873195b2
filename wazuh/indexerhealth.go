package wazuh

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// IndexerInfo is what an indexer is.
type IndexerInfo struct {
	Node    string `json:"name"`
	Cluster string `json:"cluster_name"`
	Version struct {
		Number       string `json:"number"` // of OpenSearch
		Distribution string `json:"distribution"`
	} `json:"version"`
}

// Info tells what the indexer is.
func (x *Indexer) Info(ctx context.Context) (IndexerInfo, error) {
	return readIndexer[IndexerInfo](ctx, x, "/", nil)
}

func readIndexer[T any](ctx context.Context, x *Indexer, path string, query url.Values) (T, error) {
	var to T
	text, err := x.Do(ctx, "GET", path, query, nil)
	if err != nil {
		return to, err
	}
	if err := json.Unmarshal(text, &to); err != nil {
		return to, fmt.Errorf("GET %s: read the answer: %w", path, err)
	}
	return to, nil
}

// IndexerHealth is how an indexer does.
type IndexerHealth struct {
	Cluster             string  `json:"cluster_name"`
	Status              string  `json:"status"` // green, yellow (no copies), red (data are missing)
	TimedOut            bool    `json:"timed_out"`
	Nodes               int     `json:"number_of_nodes"`
	DataNodes           int     `json:"number_of_data_nodes"`
	PrimaryShards       int     `json:"active_primary_shards"`
	Shards              int     `json:"active_shards"`
	UnassignedShards    int     `json:"unassigned_shards"`
	RelocatingShards    int     `json:"relocating_shards"`
	InitializingShards  int     `json:"initializing_shards"`
	ActiveShardsPercent float64 `json:"active_shards_percent_as_number"`
}

// Health tells how the indexer does.
func (x *Indexer) Health(ctx context.Context) (IndexerHealth, error) {
	return readIndexer[IndexerHealth](ctx, x, "/_cluster/health", nil)
}

// Index is one that holds documents.
type Index struct {
	Name      string `json:"index"`
	Health    string `json:"health"`
	Status    string `json:"status"`
	Documents Int    `json:"docs.count"`
	Bytes     Int    `json:"store.size"` // with copies
	Primary   Int    `json:"pri"`        // shards
	Replicas  Int    `json:"rep"`
}

// Indices returns the indices of a pattern, such as wazuh-*.
func (x *Indexer) Indices(ctx context.Context, pattern string) ([]Index, error) {
	return readIndexer[[]Index](ctx, x, "/_cat/indices/"+url.PathEscape(pattern), url.Values{"format": {"json"}, "bytes": {"b"}, "s": {"index"}})
}
