package indexer

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/socme-project/socme/internal/source"
	"github.com/socme-project/socme/soc"
)

// maxMark is what the node keeps of a mark, in bytes.
const maxMark = 4096

// place is what the mark holds of one stream.
type place struct {
	MS   int64    `json:"ms"`   // the time of the newest document that was read, in ms since 1970
	Seq  int64    `json:"seq"`  // its _seq_no
	Edge []string `json:"edge"` // the documents of just that position
	// Counts says how many documents of each minute since From (ms) were read, so that
	// a restart sees by counting where something came late, and repeats only that.
	From   int64 `json:"from"`
	Counts []int `json:"counts"`
}

// writeMark is the mark of all streams, by pattern.
func writeMark(streams []*stream) string {
	places := make(map[string]place, len(streams))
	for _, t := range streams {
		places[t.pattern] = t.place()
	}
	text, _ := json.Marshal(places) //nolint:errchkjson // numbers and texts cannot fail
	if len(text) <= maxMark {
		return string(text)
	}
	// Both only save repeats, and only together; the place itself always fits.
	for name, p := range places {
		p.Counts, p.Edge = nil, nil
		places[name] = p
	}
	text, _ = json.Marshal(places) //nolint:errchkjson // as above
	return string(text)
}

// readMark reads what writeMark wrote; nothing if there is none.
func readMark(cursors []source.Cursor) (map[string]place, error) {
	i := slices.IndexFunc(cursors, func(c source.Cursor) bool { return c.Mark != "" })
	if i < 0 {
		return nil, nil
	}
	var places map[string]place
	if err := json.Unmarshal([]byte(cursors[i].Mark), &places); err != nil {
		return nil, fmt.Errorf("%w: read the place that was reached: %w; give the source another name to begin anew, %s before now", soc.ErrInvalid, err, Overlap)
	}
	return places, nil
}
