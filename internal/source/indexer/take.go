package indexer

import (
	"strings"
	"unicode/utf8"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/internal/source/wazuh"
	"github.com/socme-project/socme/soc"
)

// take makes a batch of documents, at most a page of them.
func (t *stream) take(docs []document) source.Batch {
	batch := source.Batch{Alerts: make([]soc.Alert, 0, len(docs))}
	now := t.clock().UTC()
	for _, d := range docs {
		batch.LastLine = now
		batch.Counts.Lines++
		batch.Counts.Bytes += uint64(len(d.source))
		if d.source == nil || len(d.source) > soc.MaxRaw {
			batch.Counts.TooLong++
			continue
		}
		alert, is, err := parse(t.Node, d)
		switch {
		case err != nil:
			batch.Counts.Malformed++
			continue
		case !is:
			continue
		case !utf8.Valid(d.source):
			batch.Counts.InvalidUTF8++
		}
		alert.SeenTime = now
		alert.Place = &soc.Place{Path: d.index + "/" + d.id}
		batch.Counts.Alerts++
		batch.Alerts = append(batch.Alerts, alert)
	}
	return batch
}

// parse reads a document as its index is called, and as the other kind if it is none
// of that: somebody may have copied it into an index with a name of their own.
func parse(node soc.NodeID, d document) (soc.Alert, bool, error) {
	finding := func() (soc.Alert, bool, error) { return wazuh.ParseFinding(node, d.index, d.id, d.source) }
	alert := func() (soc.Alert, bool, error) { return wazuh.Parse(node, d.source) }
	if strings.Contains(d.index, "findings") {
		alert, finding = finding, alert
	}
	if a, is, err := alert(); is || err != nil {
		return a, is, err
	}
	return finding()
}
