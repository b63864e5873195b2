package wazuh

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Version of a server. Comparable.
type Version struct{ Major, Minor, Patch int }

// ParseVersion reads 4.14.7, v4.14.7 and what may follow it (5.0.0-beta4).
func ParseVersion(text string) (Version, error) {
	var v Version
	rest, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(text, "Wazuh "), "v"), "-")
	parts := strings.Split(rest, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return v, fmt.Errorf("%q is no version", text)
	}
	for i, to := range []*int{&v.Major, &v.Minor, &v.Patch} {
		if i == len(parts) {
			break
		}
		n, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil {
			return Version{}, fmt.Errorf("%q is no version", text)
		}
		*to = int(n)
	}
	return v, nil
}

// String is such as 4.14.7.
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Before compares.
func (v Version) Before(o Version) bool {
	if v.Major != o.Major {
		return v.Major < o.Major
	}
	if v.Minor != o.Minor {
		return v.Minor < o.Minor
	}
	return v.Patch < o.Patch
}

// span is the versions that have a call: from since, up to before until. A zero end is
// open.
type span struct{ since, until Version }

func five() Version { return Version{Major: 5} }

// spanOf tells it by the operation of the specification, such as GET /agents.
func spanOf(op string) span {
	switch op {
	case "PUT /agents/reload", "PUT /agents/{agent_id}/reload", "PUT /agents/group/{group_id}/reload",
		"PUT /agents/node/{node_id}/reload", "PUT /cluster/reload":
		return span{since: five()}
	case "GET /agents/uninstall":
		return span{since: Version{Major: 4, Minor: 10}}
	case "PUT /cluster/analysisd/reload", "PUT /manager/analysisd/reload":
		return span{since: Version{Major: 4, Minor: 13}, until: five()}
	case "GET /syscollector/{agent_id}/users", "GET /syscollector/{agent_id}/groups",
		"GET /syscollector/{agent_id}/browser_extensions", "GET /syscollector/{agent_id}/services":
		return span{since: Version{Major: 4, Minor: 14}, until: five()}
	case "GET /agents/{agent_id}/group/is_sync", "GET /cluster/ruleset/synchronization":
		return span{until: five()}
	}
	_, path, _ := strings.Cut(op, " ")
	if strings.HasPrefix(path, "/cluster/{node_id}/stats") {
		return span{until: five()}
	}
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch noun {
	case "manager", "rules", "decoders", "lists", "logtest", "events", "active-response",
		"syscheck", "rootcheck", "sca", "syscollector", "ciscat", "experimental":
		return span{until: five()}
	}
	return span{}
}

// check asks for the server's version if the call is not in every one.
func (c *Client) check(ctx context.Context, op string) error {
	s := spanOf(op)
	if s == (span{}) {
		return nil
	}
	v, err := c.Version(ctx)
	if err != nil {
		return err
	}
	if v.Before(s.since) || s.until != (Version{}) && !v.Before(s.until) {
		return &UnsupportedError{Op: op, Version: v, Since: s.since, Until: s.until}
	}
	return nil
}
