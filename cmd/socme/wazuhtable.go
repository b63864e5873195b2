package main

import (
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// grid is a table that fits the terminal: its widest columns give way. Where there is
// no terminal, nothing is cut.
type grid struct {
	head []string
	rows [][]string
}

const (
	gridGap   = 2
	gridLeast = 8 // a column is not cut to less
)

// write draws it. Width 0 is any.
func (g *grid) write(out io.Writer, width int) error {
	widths := make([]int, len(g.head))
	for _, row := range append([][]string{g.head}, g.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	if width > 0 {
		fit(widths, width-gridGap*(len(widths)-1))
	}
	var b strings.Builder
	for _, row := range append([][]string{g.head}, g.rows...) {
		var line strings.Builder
		for i, cell := range row {
			cell = cut(cell, widths[i])
			line.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+gridGap))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// fit takes from the widest until all fit, or none can give more.
func fit(widths []int, room int) {
	for {
		sum, widest := 0, 0
		for i, w := range widths {
			sum += w
			if w > widths[widest] {
				widest = i
			}
		}
		if sum <= room || widths[widest] <= gridLeast {
			return
		}
		widths[widest]--
	}
}

func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// terminalWidth is that of what out writes to; 0 if it is none. COLUMNS goes before.
func terminalWidth(out io.Writer) int {
	file, ok := out.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		return columns
	}
	return int(size.Col)
}

// column is one of a table of T.
type column[T any] struct {
	name string
	text func(T) string
}

// printAll prints a list: as JSON while it comes, or as a table of at most s.limit (0
// is all). What could be read is printed also when the list ends with an error.
func printAll[T any](cmd *cobra.Command, s *wazuhSettings, items iter.Seq2[T, error], columns ...column[T]) error {
	g := grid{head: make([]string, len(columns))}
	for i, c := range columns {
		g.head[i] = c.name
	}
	var failed error
	n, more := 0, false
	for item, err := range items {
		if err != nil {
			failed = err
			break
		}
		if s.limit > 0 && n == s.limit {
			more = true
			break
		}
		n++
		if s.asJSON {
			if err := jsonLines(cmd.OutOrStdout(), []T{item}); err != nil {
				return err
			}
			continue
		}
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = oneLine(c.text(item))
		}
		g.rows = append(g.rows, row)
	}
	out := cmd.OutOrStdout()
	switch {
	case s.asJSON:
	case n > 0:
		if err := g.write(out, terminalWidth(out)); err != nil {
			return err
		}
	case failed == nil:
		if _, err := io.WriteString(out, "Nothing fits.\n"); err != nil {
			return err
		}
	}
	if more {
		_, _ = io.WriteString(cmd.ErrOrStderr(), "socme: there are more; --limit 0 prints all\n") // only a hint
	}
	return failed
}

// listed makes a list of a slice that a call returned.
func listed[T any](items []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// limitFlag adds --limit to a list; one without it prints all.
func limitFlag(cmd *cobra.Command, usual int) {
	cmd.Flags().Int("limit", usual, "at most so many; 0 is all")
}

// pageOf asks for no more than will be printed.
func (s *wazuhSettings) pageOf() int {
	if s.limit > 0 {
		return min(s.limit+1, 500)
	}
	return 500
}
