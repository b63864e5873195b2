package api

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// commonWords are what passwords of millions of people are made of, one a line: first
// what they say, then names, places, teams, months.
//
//go:embed common.txt
var commonWords string

// keyboard are the ways that fingers walk.
var keyboard = [...]string{
	"qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
	"1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "!@#$%^&*()",
}

// leastParts is how many unguessable parts a password needs.
const leastParts = 6

// weak says why a password is easily guessed; "" if it is not. A list of whole passwords
// catches none of those that people make of one to reach ten characters: Password2026!!,
// qwertyuiop123, marseille-marseille. So a password is taken apart instead: common words,
// walks on the keyboard, runs, years, what is repeated, and the names that everybody here
// knows are one part each, any other character is one too. names are those of the user.
func weak(password string, names ...string) string {
	known := slices.Concat(names, []string{"socme", "soc me", "security operations center"})
	parts := map[string]bool{}
	rest, last := plainForm(password), ""
	for rest != "" {
		n := longestKnown(rest, known)
		part := rest[:n]
		rest = rest[n:]
		// The same again, or a run that goes on, makes nothing harder to guess.
		if part != last || n > 1 {
			parts[part] = true
		}
		last = part
	}
	if len(parts) < leastParts {
		return "This password is made of words, names or rows of keys that are tried first. A few words that have nothing to do with each other make a good one."
	}
	return ""
}

// plainForm undoes what people do to a word: upper case, and digits and signs in it that
// look like letters. What stands behind the word stays as it is.
func plainForm(password string) string {
	text := []rune(strings.ToLower(password))
	signs := map[rune]rune{'@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', '5': 's', '$': 's', '7': 't', '8': 'b'}
	for i := 0; i < len(text); {
		end := i // of a run of signs
		for end < len(text) && signs[text[end]] != 0 {
			end++
		}
		if end > i && end < len(text) && unicode.IsLetter(text[end]) && (i == 0 || unicode.IsLetter(text[i-1])) {
			for ; i < end; i++ {
				text[i] = signs[text[i]]
			}
		}
		i = max(i, end) + 1
	}
	return string(text)
}

// longestKnown is how many bytes at the begin of a text are one part.
func longestKnown(text string, known []string) int {
	_, best := utf8.DecodeRuneInString(text)
	for word := range strings.Lines(commonWords) {
		if word = strings.TrimSpace(word); len(word) > best && strings.HasPrefix(text, word) {
			best = len(word)
		}
	}
	for _, name := range known {
		if name = strings.ToLower(strings.TrimSpace(name)); len(name) >= 2 && len(name) > best && strings.HasPrefix(text, name) {
			best = len(name)
		}
	}
	for _, row := range keyboard {
		best = max(best, walk(text, row), walk(text, backwards(row)))
	}
	run := 0 // of one character
	for run < len(text) && text[run] == text[0] {
		run++
	}
	best = max(best, run)
	digits := 0 // a date, a year, a phone number
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits <= 8 {
		best = max(best, digits)
	}
	return best
}

// walk is how far a text goes along a row, from wherever it enters: at least three keys.
func walk(text, row string) int {
	at := strings.IndexByte(row, text[0])
	if at < 0 {
		return 0
	}
	n := 0
	for n < len(text) && at+n < len(row) && text[n] == row[at+n] {
		n++
	}
	if n < 3 {
		return 0
	}
	return n
}

func backwards(row string) string {
	b := []byte(row)
	slices.Reverse(b)
	return string(b)
}
