package soc

import "fmt"

// Verdict is what an alert turned out to be. The zero Verdict is none yet.
type Verdict int8

// The verdicts.
const (
	VerdictNone Verdict = iota
	VerdictTruePositive
	VerdictFalsePositive
	VerdictBenign
	VerdictExpected
)

var verdictWords = [...]string{"", "true-positive", "false-positive", "benign", "expected"}

// Verdicts lists the verdicts, without none.
func Verdicts() []Verdict {
	return []Verdict{VerdictTruePositive, VerdictFalsePositive, VerdictBenign, VerdictExpected}
}

// String is the word, "" for none.
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdictWords) {
		return ""
	}
	return verdictWords[v]
}

// ParseVerdict reads a word.
func ParseVerdict(word string) (Verdict, error) {
	for i, w := range verdictWords {
		if w == word {
			return Verdict(i), nil
		}
	}
	return VerdictNone, fmt.Errorf("%w: verdict %q is none of true-positive, false-positive, benign, expected", ErrInvalid, word)
}

// MarshalText writes the word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the word.
func (v *Verdict) UnmarshalText(text []byte) error {
	got, err := ParseVerdict(string(text))
	if err != nil {
		return err
	}
	*v = got
	return nil
}
