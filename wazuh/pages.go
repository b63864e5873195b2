package wazuh

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strconv"
)

const (
	defaultPage = 500
	maxPage     = 100_000
)

// list is a call that returns pages of T.
type list[T any] struct {
	call Call
	size int
	// id tells items apart; nil if they have none. With it, what comes and goes
	// between two pages neither hides nor doubles another.
	id func(*T) string
	// sort is the order by id, unless the caller wants another.
	sort string
	// lacks are parameters of [Query] that the operation does not have.
	lacks []string
}

// pages fetches as they are read. What failed of the asked for comes last.
func pages[T any](ctx context.Context, c *Client, l list[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := l.check(); err != nil {
			yield(none, err)
			return
		}
		if err := l.walk(ctx, c, yield); err != nil {
			yield(none, err)
		}
	}
}

func (l *list[T]) check() error {
	if l.size < 0 || l.size > maxPage {
		return fmt.Errorf("%s: a page has 1 to %d items, not %d", l.call.name(), maxPage, l.size)
	}
	if l.size == 0 {
		l.size = defaultPage
	}
	if l.call.Query.Has("distinct") {
		l.id, l.sort = nil, "" // what is selected has no ids any more
	}
	if l.id != nil && l.size == 1 {
		l.size = 2 // a page overlaps the one before
	}
	return lacking(l.call.name(), l.call.Query, l.lacks)
}

// errBreak is that the reader wants no more.
var errBreak = errors.New("break")

// walk yields all items. It returns what failed, for the end.
func (l *list[T]) walk(ctx context.Context, c *Client, yield func(T, error) bool) error {
	var failed error
	seen := map[string]bool{}
	for offset := 0; ; {
		page, err := page[T](ctx, c, l.at(offset))
		if err != nil {
			if part := (*FailedError)(nil); !errors.As(err, &part) || !part.Partial() {
				return err
			}
			failed = err
		}
		if offset == 0 && len(page.Items) > 0 && l.id != nil && l.id(&page.Items[0]) == "" {
			l.id = nil // it was not selected
		}
		if back, ok := l.lost(page.Items, offset, seen); ok {
			offset = back
			continue
		}
		if err := l.yield(page.Items, seen, yield); err != nil {
			return nil //nolint:nilerr // a break is none
		}
		next := offset + len(page.Items)
		if len(page.Items) == 0 || next >= int(page.Total) {
			return failed
		}
		if l.id != nil {
			next-- // the next page must begin with one that was seen
		}
		offset = next
	}
}

// at is the call for the page that begins at offset.
func (l *list[T]) at(offset int) Call {
	call := l.call
	query := url.Values{"limit": {strconv.Itoa(l.size)}, "offset": {strconv.Itoa(offset)}}
	maps.Copy(query, call.Query)
	if l.sort != "" && !query.Has("sort") && !slices.Contains(l.lacks, "sort") {
		query.Set("sort", l.sort)
	}
	call.Query = query
	return call
}

// lost tells whether items vanished before this page, so that others moved from behind
// its begin to before it: then its first item is a new one. It returns where to look
// instead.
func (l *list[T]) lost(items []T, offset int, seen map[string]bool) (back int, lost bool) {
	if l.id == nil || offset == 0 {
		return 0, false
	}
	if len(items) > 0 {
		if seen[l.id(&items[0])] {
			return 0, false
		}
	}
	return max(0, offset-max(1, l.size/2)), true
}

func (l *list[T]) yield(items []T, seen map[string]bool, yield func(T, error) bool) error {
	for i := range items {
		if l.id != nil {
			if id := l.id(&items[i]); id != "" {
				if seen[id] {
					continue
				}
				seen[id] = true
			}
		}
		if !yield(items[i], nil) {
			return errBreak
		}
	}
	return nil
}

// Collect reads a list to its end, or to the first error. With a [FailedError], the
// items are those that succeeded.
func Collect[T any](items iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range items {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}
