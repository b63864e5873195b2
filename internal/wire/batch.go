package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/socme-project/socme/soc"
)

// A batch is zstd over: the header as a frame, then for each record its seq
// (uvarint), flags (one byte), value (32 bytes), for a dropped one the raw hash
// (32 bytes), the alert's JSON as a frame, and its raw line as a frame. A frame is
// its length (uvarint) and its bytes. Raw stays bytes all the way: JSON could not
// carry what is not UTF-8.
const flagDropped = 1

// ErrBatch means that the bytes are no batch.
var ErrBatch = errors.New("not a batch")

// Encoder turns batches into bytes. It is not safe for concurrent use; its buffers
// are kept between calls, so that a busy lane does not feed the garbage collector.
type Encoder struct {
	plain bytes.Buffer
	out   []byte
	zstd  *zstd.Encoder
}

// NewEncoder makes an Encoder.
func NewEncoder() (*Encoder, error) {
	// A node has six of them: what one holds between batches must be small.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(512<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	return &Encoder{zstd: z}, nil
}

// Encoded is one record as the outbox keeps it: the alert's JSON is made once.
type Encoded struct {
	soc.Record
	Value soc.Hash
	Alert []byte // JSON of soc.Alert
	Raw   []byte // nil if dropped
}

// Encode returns the bytes of a batch; they are good until the next call.
func (e *Encoder) Encode(header Header, records []Encoded) ([]byte, error) {
	header.Count = len(records)
	head, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("encode batch header: %w", err)
	}
	e.plain.Reset()
	e.frame(head)
	for _, r := range records {
		e.plain.Write(binary.AppendUvarint(e.plain.AvailableBuffer(), r.Seq))
		if r.Dropped {
			e.plain.WriteByte(flagDropped)
			e.plain.Write(r.Value[:])
			e.plain.Write(r.RawHash[:])
		} else {
			e.plain.WriteByte(0)
			e.plain.Write(r.Value[:])
		}
		e.frame(r.Alert)
		e.frame(r.Raw)
	}
	e.out = e.zstd.EncodeAll(e.plain.Bytes(), e.out[:0])
	return e.out, nil
}

func (e *Encoder) frame(b []byte) {
	e.plain.Write(binary.AppendUvarint(e.plain.AvailableBuffer(), uint64(len(b))))
	e.plain.Write(b)
}

// Decoder turns bytes into batches; it is safe for concurrent use.
type Decoder struct{ zstd *zstd.Decoder }

// NewDecoder makes a Decoder that never unpacks more than MaxPlain bytes.
func NewDecoder() (*Decoder, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxPlain), zstd.WithDecoderConcurrency(2))
	if err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	return &Decoder{zstd: z}, nil
}

// Decode reads a batch. Every error wraps ErrBatch. The raw lines share one piece
// of memory, and each record's RawHash is computed from them, never believed.
func (d *Decoder) Decode(body []byte) (Header, []soc.Entry, error) {
	var header Header
	plain, err := d.zstd.DecodeAll(body, nil)
	if err != nil {
		return header, nil, fmt.Errorf("%w: unpack: %w", ErrBatch, err)
	}
	r := reader{rest: plain}
	if err := json.Unmarshal(r.frame(), &header); err != nil {
		return header, nil, fmt.Errorf("%w: header: %w", ErrBatch, err)
	}
	if header.Count < 0 || header.Count > MaxRecords {
		return header, nil, fmt.Errorf("%w: %d records, at most %d are taken", ErrBatch, header.Count, MaxRecords)
	}
	items := make([]soc.Entry, header.Count)
	for i := range items {
		if err := r.entry(&items[i]); err != nil {
			return header, nil, fmt.Errorf("%w: record %d of %d: %w", ErrBatch, i+1, header.Count, err)
		}
	}
	if r.err != nil {
		return header, nil, fmt.Errorf("%w: %w", ErrBatch, r.err)
	}
	if len(r.rest) != 0 {
		return header, nil, fmt.Errorf("%w: %d bytes follow the last record", ErrBatch, len(r.rest))
	}
	return header, items, nil
}

func (r *reader) entry(it *soc.Entry) error {
	it.Seq = r.uvarint()
	flags := r.bytes(1)
	copy(it.Value[:], r.bytes(len(it.Value)))
	it.Dropped = len(flags) == 1 && flags[0]&flagDropped != 0
	if it.Dropped {
		copy(it.RawHash[:], r.bytes(len(it.RawHash)))
	}
	normal := r.frame()
	raw := r.frame()
	if r.err != nil {
		return r.err
	}
	if err := json.Unmarshal(normal, &it.Alert); err != nil {
		return fmt.Errorf("alert: %w", err)
	}
	it.AlertID = it.Alert.ID
	it.Normal = normal
	if it.Dropped {
		return nil
	}
	if len(raw) > soc.MaxRaw {
		return fmt.Errorf("raw has %d bytes, at most %d are taken", len(raw), soc.MaxRaw)
	}
	it.Alert.Raw = raw
	it.RawHash = it.Alert.RawHash()
	return nil
}

// reader remembers its first error, so that a record is read in straight lines.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.err = io.ErrUnexpectedEOF
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.rest) {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) frame() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	return r.bytes(int(n))
}
