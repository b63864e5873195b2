package forgetfs

import (
	"maps"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// inode is a file or a folder: what programs see, what is on the platter, and what
// leads from the one to the other.
type inode struct {
	number  uint64
	mode    uint32
	changed time.Time

	data    []byte
	platter []byte
	fresh   []write // not synced, the oldest first

	names    map[string]*inode
	kept     map[string]*inode // the names on the platter
	renaming []naming          // not synced, the oldest first
}

// write is a change of a file's bytes.
type write struct {
	offset int64
	data   []byte
	resize bool // the file ends at offset from now on
}

// naming is a change of a folder that happens whole or not at all: nil takes a name
// away.
type naming map[string]*inode

func (n *inode) isDir() bool { return n.mode&unix.S_IFMT == unix.S_IFDIR }

func (n *inode) write(w write) {
	n.data = w.apply(n.data)
	n.fresh = append(n.fresh, w)
	n.changed = time.Now()
}

func (n *inode) rename(r naming) {
	r.apply(n.names)
	n.renaming = append(n.renaming, r)
	n.changed = time.Now()
}

// sync puts everything onto the platter.
func (n *inode) sync() {
	for _, w := range n.fresh {
		n.platter = w.apply(n.platter)
	}
	for _, r := range n.renaming {
		r.apply(n.kept)
	}
	n.fresh, n.renaming = nil, nil
}

func (w write) apply(data []byte) []byte {
	end := w.offset + int64(len(w.data))
	if w.resize && end < int64(len(data)) {
		clear(data[end:]) // what grows again is zero
		return data[:end]
	}
	data = grown(data, end)
	copy(data[w.offset:], w.data)
	return data
}

// grown is data with at least size bytes.
func grown(data []byte, size int64) []byte {
	if more := size - int64(len(data)); more > 0 {
		data = append(data, make([]byte, more)...)
	}
	return data
}

func (r naming) apply(names map[string]*inode) {
	for name, n := range r {
		if n == nil {
			delete(names, name)
		} else {
			names[name] = n
		}
	}
}

// lose leaves what a power loss leaves.
func (n *inode) lose(random *rand.Rand, loss *Loss) {
	if len(n.fresh) > 0 {
		loss.Files++
		loss.Writes += len(n.fresh)
		loss.WritesLost += n.loseWrites(random)
	}
	n.data = append([]byte(nil), n.platter...)
	n.fresh = nil
	if len(n.renaming) > 0 {
		// Real file systems keep a journal of names: they survive in their order.
		held := random.IntN(len(n.renaming) + 1)
		loss.Names += len(n.renaming)
		loss.NamesLost += len(n.renaming) - held
		for _, r := range n.renaming[:held] {
			r.apply(n.kept)
		}
		n.renaming = nil
	}
	n.names = maps.Clone(n.kept)
}

// loseWrites decides what of the unsynced writes reached the platter, and returns how
// many did not, or not whole.
func (n *inode) loseWrites(random *rand.Rand) (lost int) {
	switch random.IntN(4) {
	case 0: // the cache held all of it
		return len(n.fresh)
	case 1: // written in time
		n.sync()
		return 0
	case 2: // in order up to a moment, which tears one write
		held := random.IntN(len(n.fresh))
		for _, w := range n.fresh[:held] {
			n.platter = w.apply(n.platter)
		}
		w := n.fresh[held]
		if sectors := len(w.data) / sector; sectors > 0 {
			w.data = w.data[:random.IntN(sectors+1)*sector]
			n.platter = w.apply(n.platter)
		}
		return len(n.fresh) - held
	}
	// The disk wrote its cache in an order of its own: any sectors are there.
	sized := random.IntN(2) == 0 // the size may be there before the bytes
	for _, w := range n.fresh {
		whole := true
		if sized {
			n.platter = grown(n.platter, w.offset)
		}
		for _, part := range w.sectors() {
			if random.IntN(2) == 0 {
				n.platter = part.apply(n.platter)
			} else {
				whole = false
			}
		}
		if sized && !w.resize {
			n.platter = grown(n.platter, w.offset+int64(len(w.data)))
		}
		if !whole {
			lost++
		}
	}
	return lost
}

// sectors cuts a write where a disk may tear it.
func (w write) sectors() []write {
	if w.resize {
		return []write{w}
	}
	var parts []write
	for at, data := w.offset, w.data; len(data) > 0; {
		size := min(sector-int(at%sector), len(data))
		parts = append(parts, write{offset: at, data: data[:size]})
		at, data = at+int64(size), data[size:]
	}
	return parts
}
