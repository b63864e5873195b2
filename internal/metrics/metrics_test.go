package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/socme-project/socme/internal/metrics"
	"github.com/socme-project/socme/soc"
)

func read(m *metrics.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

func TestTheStateIsReadWhenItIsAskedFor(t *testing.T) {
	m := metrics.New("test")
	var now metrics.State
	var fails error
	m.Watch(func(context.Context) (metrics.State, error) { return now, fails })
	now = metrics.State{FeedFirst: 3, FeedLast: 9, DatabaseBytes: 4096, WALBytes: 32, Nodes: []soc.Node{
		{ID: "aaaa", Name: "gate of the clinic", Client: "Clinic", State: soc.NodeLagging, Waiting: 7, Missing: 2, LastSeenTime: time.UnixMilli(1500)},
		{ID: "bbbb", State: soc.NodeNew},
	}}
	text := read(m)
	for _, want := range []string{
		"socme_ready 1\n", "socme_feed_position 9\n", "socme_feed_first_position 3\n", "socme_store_database_bytes 4096\n", "socme_store_wal_bytes 32\n",
		`socme_nodes{state="lagging"} 1`, `socme_nodes{state="offline"} 0`, `socme_node_waiting_records{node="aaaa"} 7`,
		`socme_node_missing_records_total{node="aaaa"} 2`, `socme_node_last_seen_timestamp_seconds{node="aaaa"} 1.5`, `socme_node_last_seen_timestamp_seconds{node="bbbb"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not said", want)
		}
	}
	if strings.Contains(strings.ToLower(text), "clinic") {
		t.Error("a client or a node is named")
	}
	now.Trouble = true
	if text := read(m); !strings.Contains(text, "socme_ready 0\n") {
		t.Error("a core in trouble is ready")
	}
	fails = errors.New("the disk is gone")
	if text := read(m); !strings.Contains(text, "socme_ready 0\n") || strings.Contains(text, "socme_feed_position") || !strings.Contains(text, "go_goroutines") {
		t.Error("without its database a core says too much or too little")
	}
}

func TestVeryManyNodesHaveNoSeriesOfTheirOwn(t *testing.T) {
	m := metrics.New("test")
	nodes := make([]soc.Node, metrics.NodesLabelled+1)
	for i := range nodes {
		nodes[i] = soc.Node{ID: soc.NodeID(fmt.Sprint(i)), State: soc.NodeDelivering}
	}
	shown := len(nodes) - 1
	m.Watch(func(context.Context) (metrics.State, error) { return metrics.State{Nodes: nodes[:shown]}, nil })
	if n := strings.Count(read(m), "socme_node_waiting_records{"); n != shown {
		t.Errorf("%d nodes have series, want all %d", n, shown)
	}
	shown++
	if text := read(m); strings.Contains(text, "socme_node_waiting_records{") || !strings.Contains(text, fmt.Sprintf(`socme_nodes{state="delivering"} %d`, shown)) {
		t.Error("more nodes than have series have some, or are not counted")
	}
}

func TestNoMetricsCountNothing(_ *testing.T) {
	var m *metrics.Metrics
	m.Taken(metrics.Batch{})
	m.Refused("x")
	m.Committed(1)
	m.Expired(1)
	m.StreamOpened()()
	m.StreamSent(1)
	m.StreamBehind()
	m.StreamReset()
	m.Answered(metrics.Request{})
	m.SignInFailed("x")
}

func TestWhatIsCountedIsSaid(t *testing.T) {
	m := metrics.New("test")
	m.Taken(metrics.Batch{Records: 5, Alerts: 4, Bytes: 300, Took: 30 * time.Millisecond})
	m.Refused("gap")
	m.Committed(time.Millisecond)
	m.Expired(12)
	m.Answered(metrics.Request{Operation: "stream", Status: 200, Streaming: true, Took: time.Hour})
	text := read(m)
	for _, want := range []string{
		"socme_ingest_batches_total 1\n", "socme_ingest_records_total 5\n", "socme_ingest_alerts_total 4\n", "socme_ingest_bytes_total 300\n",
		`socme_ingest_batch_seconds_bucket{le="0.025"} 0`, `socme_ingest_batch_seconds_bucket{le="0.05"} 1`, `socme_ingest_refusals_total{code="gap"} 1`,
		"socme_store_commit_seconds_count 1\n", "socme_retention_deleted_alerts_total 12\n", `socme_http_requests_total{operation="stream",status="200"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not said", want)
		}
	}
	if strings.Contains(text, `socme_http_request_seconds_count{operation="stream"}`) {
		t.Error("how long somebody listened is counted as how long a request took")
	}
}
