package opsme

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Host returns the host of that name.
func (inv *Inventory) Host(name string) (Host, error) {
	h, ok := inv.hosts[name]
	if !ok {
		return Host{}, fmt.Errorf("the inventory has no host %q", name)
	}
	return h, nil
}

// Pick returns the hosts that any of the patterns matches, sorted by name; without a
// pattern, all of them. A pattern is
//
//	web-1          a name
//	web-*          names, with * ? and [a-z]
//	@web           a group
//	+prod          a tag
//	@web&+prod     what both match
//	^web-1         takes out again what it matches
//
// A pattern that matches nothing is an error, so that a mistyped one is no silent no.
func (inv *Inventory) Pick(patterns ...string) ([]Host, error) {
	picked := map[string]Host{}
	only := !slices.ContainsFunc(patterns, func(p string) bool { return !strings.HasPrefix(p, "^") })
	if only { // nothing, or what is taken out of all
		maps.Copy(picked, inv.hosts)
	}
	// What is taken out stays out, wherever its pattern stands.
	ordered := slices.Clone(patterns)
	slices.SortStableFunc(ordered, func(a, b string) int {
		return cmp.Compare(len(a)-len(strings.TrimPrefix(a, "^")), len(b)-len(strings.TrimPrefix(b, "^")))
	})
	for _, pattern := range ordered {
		want, out := strings.CutPrefix(pattern, "^")
		found := false
		for name, h := range inv.hosts {
			ok, err := h.matches(want)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			found = true
			if out {
				delete(picked, name)
			} else {
				picked[name] = h
			}
		}
		if !found {
			return nil, fmt.Errorf("no host of the inventory matches %q", pattern)
		}
	}
	return slices.SortedFunc(maps.Values(picked), func(a, b Host) int { return compareNames(a.Name, b.Name) }), nil
}

func (h Host) matches(pattern string) (bool, error) {
	for part := range strings.SplitSeq(pattern, "&") {
		var ok bool
		var err error
		switch {
		case strings.HasPrefix(part, "@"):
			ok = slices.Contains(h.Groups, part[1:])
		case strings.HasPrefix(part, "+"):
			ok = slices.Contains(h.Tags, part[1:])
		default:
			if ok, err = path.Match(part, h.Name); err != nil {
				return false, fmt.Errorf("pattern %q: %w", pattern, err)
			}
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

// compareNames sorts web-2 before web-10.
func compareNames(a, b string) int {
	for a != "" && b != "" {
		na, ra := number(a)
		nb, rb := number(b)
		if na != "" && nb != "" {
			short, long := strings.TrimLeft(na, "0"), strings.TrimLeft(nb, "0")
			if c := cmp.Or(cmp.Compare(len(short), len(long)), cmp.Compare(short, long)); c != 0 {
				return c
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// number cuts the digits off that a text begins with.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}
