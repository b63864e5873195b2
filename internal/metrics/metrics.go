// Package metrics owns the figures that Prometheus asks for: what they are called, and
// how they are counted. It imports nothing of ours but soc.
//
// No label holds a client's name, a person's, an address or a secret: figures go to
// systems that are guarded less than the core. A nil *Metrics counts nothing.
package metrics

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what one core does.
type Metrics struct {
	registry *prometheus.Registry

	batches, records, alerts, bytes prometheus.Counter
	batchTime                       prometheus.Histogram
	refusals                        *prometheus.CounterVec

	commitTime prometheus.Histogram
	expired    prometheus.Counter

	streams                         prometheus.Gauge
	streamAlerts, behind, restarted prometheus.Counter

	requests    *prometheus.CounterVec
	requestTime *prometheus.HistogramVec
	signIns     *prometheus.CounterVec
}

// New makes the figures of a core of this version.
func New(version string) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "socme", Name: name, Help: help})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "socme", Name: name, Help: help}, labels)
	}
	times := func(name, help string) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Namespace: "socme", Name: name, Help: help, Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),

		batches:   counter("ingest_batches_total", "Batches of nodes that were taken."),
		records:   counter("ingest_records_total", "Records of the ledger in batches that were taken, those that came again included."),
		alerts:    counter("ingest_alerts_total", "Alerts that were new, or changed by a witness."),
		bytes:     counter("ingest_bytes_total", "Bytes of batches as they came, compressed."),
		batchTime: prometheus.NewHistogram(times("ingest_batch_seconds", "From a batch that was read to its answer.")),
		refusals:  vec("ingest_refusals_total", "What nodes asked and were refused, by the code that they got.", "code"),

		commitTime: prometheus.NewHistogram(times("store_commit_seconds", "Transactions that write, from their beginning to their commit, the wait for each other included.")),
		expired:    counter("retention_deleted_alerts_total", "Alerts that the retention policies let go."),

		streams:      prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "socme", Name: "streams_open", Help: "Streams of events that are open."}),
		streamAlerts: counter("stream_alerts_total", "Alerts sent to streams."),
		behind:       counter("stream_behind_total", "Times that a stream was so far behind that it read the database."),
		restarted:    counter("stream_resets_total", "Times that a stream was told that it has missed events."),

		requests:    vec("http_requests_total", "Requests of people's API, by operation and status.", "operation", "status"),
		requestTime: prometheus.NewHistogramVec(times("http_request_seconds", "How long requests of people's API took, by operation; streams are left out."), []string{"operation"}),
		signIns:     vec("sign_in_failures_total", "Credentials that were not good: password or link at sign-in, or a session or token with a request; refused unseen: throttled.", "why"),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "socme", Name: "build_info", Help: "Always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		m.batches, m.records, m.alerts, m.bytes, m.batchTime, m.refusals, m.commitTime, m.expired,
		m.streams, m.streamAlerts, m.behind, m.restarted, m.requests, m.requestTime, m.signIns, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Batch is a batch that was taken.
type Batch struct {
	Records, Alerts, Bytes int
	Took                   time.Duration
}

// Taken counts a batch.
func (m *Metrics) Taken(b Batch) {
	if m == nil {
		return
	}
	m.batches.Inc()
	m.records.Add(float64(b.Records))
	m.alerts.Add(float64(b.Alerts))
	m.bytes.Add(float64(b.Bytes))
	m.batchTime.Observe(b.Took.Seconds())
}

// Refused counts what a node was refused.
func (m *Metrics) Refused(code string) {
	if m != nil {
		m.refusals.WithLabelValues(code).Inc()
	}
}

// Committed counts a transaction.
func (m *Metrics) Committed(took time.Duration) {
	if m != nil {
		m.commitTime.Observe(took.Seconds())
	}
}

// Expired counts alerts that retention deleted.
func (m *Metrics) Expired(alerts int64) {
	if m != nil {
		m.expired.Add(float64(alerts))
	}
}

// StreamOpened counts a stream in; what it returns counts it out.
func (m *Metrics) StreamOpened() (closed func()) {
	if m == nil {
		return func() {}
	}
	m.streams.Inc()
	return m.streams.Dec
}

// StreamSent counts alerts that a stream was sent.
func (m *Metrics) StreamSent(alerts int) {
	if m != nil {
		m.streamAlerts.Add(float64(alerts))
	}
}

// StreamBehind counts a stream that had to read the database.
func (m *Metrics) StreamBehind() {
	if m != nil {
		m.behind.Inc()
	}
}

// StreamReset counts a stream that has missed events.
func (m *Metrics) StreamReset() {
	if m != nil {
		m.restarted.Inc()
	}
}

// Request is a request that was answered.
type Request struct {
	Operation string
	Status    int
	Took      time.Duration
	Streaming bool // it lasted as long as somebody listened
}

// Answered counts a request.
func (m *Metrics) Answered(r Request) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(r.Operation, strconv.Itoa(r.Status)).Inc()
	if !r.Streaming {
		m.requestTime.WithLabelValues(r.Operation).Observe(r.Took.Seconds())
	}
}

// SignInFailed counts a credential that was not good.
func (m *Metrics) SignInFailed(why string) {
	if m != nil {
		m.signIns.WithLabelValues(why).Inc()
	}
}
