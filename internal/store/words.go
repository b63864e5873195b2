package store

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
)

const (
	// maxWord is how many characters a word of a tsvector may have here; PostgreSQL's limit
	// is 2,046 bytes. A longer token goes on in the next word: the first ends with a plus
	// and the second begins with one, so that neither is taken for a token of its own.
	maxWord = 500
	// maxPlaces is how many places of one word a tsvector holds. A phrase with a word that
	// stands more often in one alert is looked for at the first of them.
	maxPlaces = 255
)

// wordsOf is the tsvector of query.AlertText: its tokens at their places, and nothing that
// a configuration of PostgreSQL would make of them.
func wordsOf(text string) pgtype.TSVector {
	vector := pgtype.TSVector{Valid: true}
	index := map[string]int{}
	place := uint16(0) // 4 KiB of text have 2,048 tokens at most, a tsvector 16,383 places
	for token := range strings.SplitSeq(text, " ") {
		for _, word := range split(token) {
			place++
			i, ok := index[word]
			if !ok {
				i = len(vector.Lexemes)
				index[word] = i
				vector.Lexemes = append(vector.Lexemes, pgtype.TSVectorLexeme{Word: word})
			}
			if places := &vector.Lexemes[i].Positions; len(*places) < maxPlaces {
				*places = append(*places, pgtype.TSVectorPosition{Position: place})
			}
		}
	}
	return vector
}

// wordQuery is the tsquery of tokens beside each other. The last one is a beginning,
// unless whole.
func wordQuery(tokens []string, whole bool) string {
	var words []string
	for i, token := range tokens {
		parts := split(token)
		if last := parts[len(parts)-1]; i == len(tokens)-1 && !whole {
			// What is looked for may end where the word of a longer token does.
			parts[len(parts)-1] = last + `*`
		}
		words = append(words, parts...)
	}
	for i, word := range words {
		beginning, ok := strings.CutSuffix(word, `*`)
		words[i] = `'` + beginning + `'` // tokens hold letters and digits only
		if ok {
			words[i] += `:*`
		}
	}
	return strings.Join(words, ` <-> `)
}

// split makes the words of a token: nearly always it is one.
func split(token string) []string {
	switch {
	case token == "":
		return nil
	case len(token) <= maxWord:
		return []string{token}
	}
	var words []string
	for part := range slices.Chunk([]rune(token), maxWord) {
		word := string(part)
		if len(words) > 0 {
			words[len(words)-1] += `+`
			word = `+` + word
		}
		words = append(words, word)
	}
	return words
}
