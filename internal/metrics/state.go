package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/socme-project/socme/soc"
)

// NodesLabelled is how many nodes have series of their own: with three each, 6,000 are
// what a Prometheus holds with ease and what an alert on one node needs. With more nodes
// there are none of them, only the sums.
const NodesLabelled = 2000

// State is what is so at the moment at which Prometheus asks.
type State struct {
	Nodes                   []soc.Node
	FeedFirst, FeedLast     int64
	DatabaseBytes, WALBytes int64
	Trouble                 bool
}

// stateWait bounds how long the state is read.
const stateWait = 10 * time.Second

// state is a prometheus.Collector.
type state struct {
	read func(ctx context.Context) (State, error)

	nodes, waiting, missing, heard            *prometheus.Desc
	feedFirst, feedLast, database, wal, ready *prometheus.Desc
}

// Watch adds figures that are read when they are asked for.
func (m *Metrics) Watch(read func(ctx context.Context) (State, error)) {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("socme_"+name, help, labels, nil)
	}
	m.registry.MustRegister(&state{
		read:      read,
		nodes:     desc("nodes", "Nodes by state.", "state"),
		waiting:   desc("node_waiting_records", "Records that a node has told of and the core has not taken. Absent with more than 2,000 nodes.", "node"),
		missing:   desc("node_missing_records_total", "Records that a node declared gone. Absent with more than 2,000 nodes.", "node"),
		heard:     desc("node_last_seen_timestamp_seconds", "When a node was last heard, Unix time; 0 for never. Absent with more than 2,000 nodes.", "node"),
		feedFirst: desc("feed_first_position", "The oldest position that a stream can resume from."),
		feedLast:  desc("feed_position", "The newest position of the feed: it rises with each alert that is new or changed."),
		database:  desc("store_database_bytes", "Size of the database's file."),
		wal:       desc("store_wal_bytes", "Size of the database's write-ahead log."),
		ready:     desc("ready", "1 if the core can take alerts in, as /readyz says."),
	})
}

func (s *state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.nodes, s.waiting, s.missing, s.heard, s.feedFirst, s.feedLast, s.database, s.wal, s.ready} {
		to <- d
	}
}

func (s *state) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), stateWait) // a Collector is given none
	defer cancel()
	now, err := s.read(ctx)
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	ready := 1.0
	if err != nil || now.Trouble {
		ready = 0
	}
	gauge(s.ready, ready)
	if err != nil {
		return
	}
	gauge(s.feedFirst, float64(now.FeedFirst))
	gauge(s.feedLast, float64(now.FeedLast))
	gauge(s.database, float64(now.DatabaseBytes))
	gauge(s.wal, float64(now.WALBytes))
	counts := map[soc.NodeState]int{soc.NodeNew: 0, soc.NodeDelivering: 0, soc.NodeLagging: 0, soc.NodeOffline: 0, soc.NodeRevoked: 0}
	for i := range now.Nodes {
		counts[now.Nodes[i].State]++
	}
	for is, n := range counts {
		gauge(s.nodes, float64(n), string(is))
	}
	if len(now.Nodes) > NodesLabelled {
		return
	}
	for i := range now.Nodes {
		n := &now.Nodes[i]
		heard := 0.0
		if !n.LastSeenTime.IsZero() {
			heard = float64(n.LastSeenTime.UnixMilli()) / 1000
		}
		gauge(s.waiting, float64(n.Waiting), string(n.ID))
		gauge(s.heard, heard, string(n.ID))
		to <- prometheus.MustNewConstMetric(s.missing, prometheus.CounterValue, float64(n.Missing), string(n.ID))
	}
}
