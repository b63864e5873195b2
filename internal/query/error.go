package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/socme-project/socme/soc"
)

// Error says where a query is wrong, and what would be right. It is soc.ErrInvalid.
type Error struct {
	Column  int    // from 1, in characters
	Value   string // the term as written
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("query, column %d: %s", e.Column, e.Message) }

// Unwrap makes it soc.ErrInvalid.
func (e *Error) Unwrap() error { return soc.ErrInvalid }

// nearest finds the word that was probably meant: the one with the fewest letters
// changed, at most two and less than half of them; else one of which the other is a
// beginning.
func nearest(word string, among []string) string {
	best, least := "", 3
	for _, candidate := range among {
		if d := distance(word, candidate); d < least && 2*d < len(candidate) {
			best, least = candidate, d
		}
	}
	if best != "" || len(word) < 2 {
		return best
	}
	for _, candidate := range among {
		if strings.HasPrefix(candidate, word) || len(candidate) > 2 && strings.HasPrefix(word, candidate) {
			return candidate
		}
	}
	return ""
}

// distance is how many letters were changed, left out, added, or swapped with their
// neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if max(len(x), len(y)) > 40 {
		return 40 // no word of ours is that long
	}
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(y)]
}

// didYouMean is what an error says about a field that there is not.
func didYouMean(field string) string {
	var names []string
	for i := range table {
		names = append(names, string(table[i].Name))
		for _, also := range table[i].Also {
			names = append(names, string(also))
		}
	}
	if name := nearest(field, names); name != "" {
		return fmt.Sprintf("did you mean %s:? Quote it to search for the text", name)
	}
	return "quote it to search for the text"
}

// oneOf lists words, and names the one that was probably meant.
func oneOf(word string, words []string) string {
	list := strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	if name := nearest(word, words); name != "" && !slices.Contains(words, word) {
		return fmt.Sprintf("did you mean %s?", name)
	}
	return "it is one of " + list
}
