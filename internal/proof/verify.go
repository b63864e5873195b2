package proof

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/socme-project/socme/soc"
)

// maxLine bounds a line of the file, in bytes: a raw line of soc.MaxRaw in base64 fits.
const maxLine = 2 * soc.MaxRaw

// maxProblems bounds what Verify names; the first is what matters.
const maxProblems = 100

// Report is what Verify found.
type Report struct {
	Header    Header
	Authority soc.Hash // fingerprint of the authority that signed the file; zero if none did
	// What was delivered between the two times, by kind.
	Alerts, Repeated, Dropped, Witnesses, Missing uint64
	Raws                                          int // raw lines that were checked
	Heads                                         int // signed heads that were checked
	// Problems name what is missing or was changed, in the order of the file; at most
	// 100. A file without any is proven.
	Problems []string
}

// Good says that everything is there and as it was.
func (r *Report) Good() bool { return len(r.Problems) == 0 }

// ErrNoProof means that the text is none of our files.
var ErrNoProof = errors.New("not a proof")

// Verify reads a file and checks it: that its records follow each other without a gap,
// that each chain leads to the heads that the node signed, and that the core signed the
// whole. An error means that it could not be read as a proof at all.
func Verify(from io.Reader) (*Report, error) {
	v := &verifier{report: &Report{}}
	sum := sha256.New()
	in := bufio.NewReaderSize(from, 64<<10)
	for n := 1; ; n++ {
		text, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrNoProof, n, err)
		}
		var line Line
		if err := json.Unmarshal(text, &line); err != nil {
			if n == 1 {
				return nil, fmt.Errorf("%w: line 1: %w", ErrNoProof, err)
			}
			v.problem("line %d cannot be read: %v", n, err)
			sum.Write(text)
			continue
		}
		if v.ended {
			v.problem("line %d stands behind the end of the file", n)
			break
		}
		if line.End != nil {
			v.end(*line.End, n-1, soc.Hash(sum.Sum(nil)))
			continue
		}
		sum.Write(text)
		if n == 1 {
			if line.Header == nil || line.Header.Version != Version {
				return nil, fmt.Errorf("%w: the first line is not that of a proof of version %d", ErrNoProof, Version)
			}
			v.report.Header = *line.Header
			continue
		}
		v.line(n, line)
	}
	v.closeChain()
	if v.report.Header.Version == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrNoProof)
	}
	if !v.ended {
		v.problem("the file has no end: it was cut off")
	}
	return v.report, nil
}

// readLine returns the next line with its newline.
func readLine(in *bufio.Reader) ([]byte, error) {
	var whole []byte
	for {
		part, err := in.ReadSlice('\n')
		whole = append(whole, part...)
		if len(whole) > maxLine {
			return nil, fmt.Errorf("it has more than %d bytes", maxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) && len(whole) > 0 {
				err = nil
			}
			return whole, err
		}
	}
}

// verifier walks through the lines.
type verifier struct {
	report *Report
	ended  bool

	chain  *Chain // nil before the first
	head   soc.Head
	sealed uint64 // the newest record that a signature of the node covers
	counts uint64 // the newest record between the two times
}

func (v *verifier) problem(format string, args ...any) {
	if len(v.report.Problems) < maxProblems {
		v.report.Problems = append(v.report.Problems, fmt.Sprintf(format, args...))
	}
}

func (v *verifier) of(chain Chain) soc.Chain {
	return soc.Chain{Node: v.report.Header.Node, Epoch: chain.Epoch, Previous: chain.Previous, Lane: chain.Lane}
}

// where names a record.
func (v *verifier) where(seq uint64) string {
	return fmt.Sprintf("record %d of the %s lane, epoch %s,", seq, v.chain.Lane, v.chain.Epoch)
}

func (v *verifier) line(n int, line Line) {
	switch {
	case line.Chain != nil:
		v.closeChain()
		v.chain, v.head = line.Chain, soc.Head{Seq: line.Chain.Seq, Value: line.Chain.Value}
		v.sealed, v.counts = line.Chain.Seq, line.Chain.Seq
		if v.head.Seq == 0 && v.head.Value != v.of(*line.Chain).Genesis() {
			v.problem("the %s lane, epoch %s, does not begin as the chain of this node does", line.Chain.Lane, line.Chain.Epoch)
		}
	case v.chain == nil:
		v.problem("line %d stands before any chain", n)
	case line.Record != nil:
		v.record(line.Record)
	case line.Range != nil:
		v.gone(line.Range)
	case line.Signed != nil:
		v.signed(line.Signed)
	default:
		v.problem("line %d says nothing that is known", n)
	}
}

// follows says whether seq is the next; if not, what is missing is named.
func (v *verifier) follows(seq uint64) bool {
	switch {
	case seq == v.head.Seq+1:
		return true
	case seq == v.head.Seq+2:
		v.problem("%s is missing", v.where(v.head.Seq+1))
	case seq > v.head.Seq:
		v.problem("%s is missing, and all up to record %d", v.where(v.head.Seq+1), seq-1)
	default:
		v.problem("%s stands behind record %d", v.where(seq), v.head.Seq)
	}
	return false
}

func (v *verifier) record(r *Record) {
	entry := soc.Record{Seq: r.Seq, AlertID: r.AlertID, RawHash: r.RawHash}
	switch {
	case !v.follows(r.Seq): // what it says of itself is all that is known
	case entry.Next(v.head.Value) != r.Value:
		v.problem("%s was changed", v.where(r.Seq))
	}
	v.head = soc.Head{Seq: r.Seq, Value: r.Value}
	if r.Raw != nil {
		v.report.Raws++
		if sha256.Sum256(r.Raw) != r.RawHash {
			v.problem("%s has a raw line that was changed", v.where(r.Seq))
		}
	}
	if r.After {
		return
	}
	v.counts = r.Seq
	switch r.Kind {
	case KindAlert:
		v.report.Alerts++
	case KindRepeated:
		v.report.Repeated++
	case KindDropped:
		v.report.Dropped++
	case KindWitness:
		v.report.Witnesses++
	default:
		v.problem("%s is of no known kind", v.where(r.Seq))
	}
}

func (v *verifier) gone(r *Range) {
	// The core may have held the first of them already.
	if r.First > v.head.Seq+1 {
		v.follows(r.First)
	}
	if r.Last <= v.head.Seq || r.First == 0 || r.First > r.Last {
		v.problem("the range of records %d to %d of the %s lane is none", r.First, r.Last, v.chain.Lane)
		return
	}
	statement := soc.Statement{
		Chain: v.of(*v.chain), Head: soc.Head{Seq: r.Last, Value: r.Value},
		Missing: r.First, Dropped: soc.DroppedHash(r.Dropped), Time: r.SignedTime,
	}
	if !statement.Verify(v.report.Header.LedgerKey, r.Signature) {
		v.problem("%s and those up to %d are gone, and the node has not signed that", v.where(v.head.Seq+1), r.Last)
	} else if len(r.Dropped) == 0 {
		v.problem("%s is missing, and all up to record %d: the node declared them gone", v.where(v.head.Seq+1), r.Last)
	}
	lost := r.Last - v.head.Seq
	if len(r.Dropped) > 0 {
		v.report.Dropped += lost
	} else {
		v.report.Missing += lost
	}
	v.head = statement.Head
	v.sealed, v.counts = r.Last, r.Last
}

func (v *verifier) signed(s *Signed) {
	statement := soc.Statement{Chain: v.of(*v.chain), Head: soc.Head{Seq: s.Seq, Value: s.Value}, Time: s.SignedTime}
	if !statement.Verify(v.report.Header.LedgerKey, s.Signature) {
		v.problem("the signature over %s is not the node's", v.where(s.Seq))
		return
	}
	v.report.Heads++
	if s.Seq != v.head.Seq {
		v.problem("the node signed %s and it is missing", v.where(s.Seq))
		return
	}
	if s.Value != v.head.Value {
		v.problem("%s is not the one that the node signed: it, or one of those from record %d on, was changed", v.where(s.Seq), v.sealed+1)
	}
	v.sealed = s.Seq
}

func (v *verifier) closeChain() {
	if v.chain != nil && v.counts > v.sealed {
		v.problem("%s and those up to %d are under no head that the node signed", v.where(v.sealed+1), v.counts)
	}
	v.chain = nil
}

func (v *verifier) end(end End, lines int, sum soc.Hash) {
	v.closeChain()
	v.ended = true
	if end.Lines != lines || !bytes.Equal(end.SHA256[:], sum[:]) {
		v.problem("the file is not as the core wrote it: it has %d lines, and the core wrote %d", lines, end.Lines)
		return
	}
	certificate, err := x509.ParseCertificate(end.Authority)
	if err != nil {
		v.problem("the certificate of the core cannot be read: %v", err)
		return
	}
	key, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	if !ok || !ecdsa.VerifyASN1(key, Digest(sum), end.Signature) {
		v.problem("the core's signature does not fit the file")
		return
	}
	v.report.Authority = sha256.Sum256(certificate.Raw)
}
