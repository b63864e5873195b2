package indexer

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
)

// position is a place in the order in which documents are read: by time, then by
// _seq_no, the number that a shard gives to each of its documents as it takes it.
//
// A page's last position must tell where the next page begins, also amid thousands of
// documents of one millisecond. What OpenSearch offers for that, as Wazuh 4.8 to 5.0
// ship it (2.10 to 3.x):
//   - _shard_doc is unique, but there since 3.3 only, and only inside a point in time;
//   - _doc outside a point in time changes with every merge and replica;
//   - _id is unique, but has no doc values: sorting by it loads the ids of whole
//     indices into the heap, and an administrator can forbid it
//     (indices.id_field_data.enabled);
//   - Wazuh's own id is missing in Wazuh 5 and not unique across managers;
//   - _seq_no has doc values in every version, made for sorting, and never changes.
//
// _seq_no is unique within a shard, so documents of one position lie in different
// shards: there are never more of them than shards. So each page begins AT the last
// position and not after it, and the few that stand there and were read are known by
// name (edge). That makes it truly unique, with no more than the right to search.
type position struct{ ms, seq int64 }

func (p position) before(o position) bool {
	return p.ms < o.ms || p.ms == o.ms && p.seq < o.seq
}

// key names a document: the beginning of sha256 over index and id.
type key [16]byte

func newKey(index, id string) key {
	sum := sha256.Sum256([]byte(index + "\x00" + id))
	return key(sum[:16])
}

func (k key) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

func parseKey(text string) (k key, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != len(k) {
		return k, false
	}
	return key(b), true
}

// document is one hit.
type document struct {
	index, id string
	key       key
	at        position
	source    []byte // to the byte as the indexer sent it; nil if it was not asked for
}

// edge is how far documents were read in their order, and which stand just there.
type edge struct {
	at   position
	keys map[key]struct{}
}

// pass returns the documents that were not passed yet, and moves behind them. They
// must be in order.
func (e *edge) pass(docs []document) []document {
	fresh := docs[:0:0]
	for _, d := range docs {
		if d.at == e.at {
			if _, ok := e.keys[d.key]; ok {
				continue
			}
		} else {
			e.at, e.keys = d.at, map[key]struct{}{}
		}
		if e.keys == nil {
			e.keys = map[key]struct{}{}
		}
		e.keys[d.key] = struct{}{}
		fresh = append(fresh, d)
	}
	return fresh
}

func (e *edge) clone() edge { return edge{at: e.at, keys: maps.Clone(e.keys)} }

// names are the keys in a fixed order.
func (e *edge) names() []string {
	names := make([]string, 0, len(e.keys))
	for k := range e.keys {
		names = append(names, k.String())
	}
	slices.Sort(names)
	return names
}
