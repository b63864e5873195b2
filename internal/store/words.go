package store

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/socme-project/socme/internal/query"
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

// addWords adds tokens that no phrase has: they need no place.
func addWords(vector pgtype.TSVector, tokens []string) pgtype.TSVector {
	known := make(map[string]bool, len(tokens))
	for _, token := range tokens {
		if !known[token] {
			known[token] = true
			vector.Lexemes = append(vector.Lexemes, pgtype.TSVectorLexeme{Word: token})
		}
	}
	return vector
}

// wordQuery writes a lookup as a tsquery.
func wordQuery(l query.Lookup) string {
	switch l.Join {
	case query.And:
		return joinWords(l.Of, ` & `)
	case query.Or:
		return joinWords(l.Of, ` | `)
	case query.Not:
		// The index finds nothing by what is not there.
		return `(` + wordQuery(everything()) + `) & !(` + wordQuery(l.Of[0]) + `)`
	}
	var words []string
	for i, token := range l.Words.Tokens {
		for _, word := range split(token) {
			words = append(words, `'`+strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(word)+`'`)
		}
		if i == len(l.Words.Tokens)-1 && l.Words.Beginning {
			// What is looked for may end where the word of a longer token does.
			words[len(words)-1] += `:*`
		}
	}
	return strings.Join(words, ` <-> `)
}

func joinWords(of []query.Lookup, by string) string {
	parts := make([]string, len(of))
	for i := range of {
		parts[i] = `(` + wordQuery(of[i]) + `)`
	}
	return strings.Join(parts, by)
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
