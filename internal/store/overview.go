package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/socme-project/socme/soc"
)

// Overview is what needs somebody now, and how clients and nodes do. It is made of groups
// and tapes: its time does not depend on how many alerts there are.
type Overview struct {
	Time   time.Time `json:"time" doc:"when it was so, by the core's clock"`
	Totals Waiting   `json:"totals"`
	// Urgent is what is high or critical.
	Urgent     Waiting           `json:"urgent" doc:"of high and critical severity"`
	Severities []SeverityWaiting `json:"severities" nullable:"false" doc:"every severity, the worst first"`
	Claims     Claims            `json:"claims"`
	Nodes      NodeCount         `json:"nodes"`
	Agents     *soc.AgentTotals  `json:"agents,omitempty" doc:"of Wazuh, by nodes that are not revoked; absent until a node tells of any"`
	Clients    []ClientOverview  `json:"clients" nullable:"false" doc:"by name"`
}

// Waiting is what is not resolved. Alerts count by the worst severity of their group.
type Waiting struct {
	Groups      int64 `json:"groups" doc:"not resolved"`
	OpenGroups  int64 `json:"open_groups" doc:"with an alert that nobody has acknowledged"`
	Unclaimed   int64 `json:"unclaimed_groups" doc:"not resolved, and nobody's"`
	OpenAlerts  int64 `json:"open_alerts" doc:"that nobody has acknowledged"`
	FreshAlerts int64 `json:"unclaimed_alerts" doc:"of these, those in groups that are nobody's"`
}

func (w *Waiting) add(more Waiting) {
	w.Groups += more.Groups
	w.OpenGroups += more.OpenGroups
	w.Unclaimed += more.Unclaimed
	w.OpenAlerts += more.OpenAlerts
	w.FreshAlerts += more.FreshAlerts
}

// SeverityWaiting is what waits of one severity.
type SeverityWaiting struct {
	Severity soc.Severity `json:"severity" enum:"unknown,informational,low,medium,high,critical"`
	Waiting
	Oldest time.Time `json:"oldest_time,omitzero" doc:"of the oldest alert of an open group that is nobody's; absent if there is none"`
}

// Claims tell how long alerts waited for somebody.
type Claims struct {
	Since  time.Time `json:"since"`
	Count  int       `json:"count" doc:"claims since then, of the newest 2,000 steps"`
	Median float64   `json:"median_seconds" doc:"from when the core received the first of the alerts to when somebody claimed it or was given it; 0 without claims"`
}

// NodeCount is how many nodes are in which state. Revoked ones are left out.
type NodeCount struct {
	Delivering int `json:"delivering"`
	Lagging    int `json:"lagging"`
	Offline    int `json:"offline"`
	New        int `json:"new"`
}

func (c *NodeCount) add(state soc.NodeState) {
	switch state {
	case soc.NodeDelivering:
		c.Delivering++
	case soc.NodeLagging:
		c.Lagging++
	case soc.NodeOffline:
		c.Offline++
	case soc.NodeNew:
		c.New++
	case soc.NodeRevoked:
	}
}

// ClientOverview is one client.
type ClientOverview struct {
	soc.Client
	Waiting    Waiting          `json:"waiting"`
	Severities map[string]int64 `json:"open_by_severity" doc:"open groups of each severity; those without any are absent"`
	States     NodeCount        `json:"node_states"`
	Agents     *soc.AgentTotals `json:"agents,omitempty"`
	Delivered  uint64           `json:"delivered" doc:"records that the core has taken"`
	Behind     uint64           `json:"waiting_records" doc:"records that its nodes have and the core has not"`
	Missing    uint64           `json:"missing" doc:"records that its nodes declared gone"`
	Tape       []string         `json:"tape" nullable:"false" enum:"empty,delivered,repeated,late,dropped,missing" doc:"the worst of each of the last 24 hours, the oldest first"`
}

// tapeHours is how far the tape of a client reaches back.
const tapeHours = 24

// tapeWords are what may have happened in a cell of the tape, from nothing to the worst.
func tapeWords() []string {
	return []string{"empty", "delivered", "repeated", "late", "dropped", "missing"}
}

// Overview tells it of all clients in scope. since is when the claims begin that it counts.
func (s *Store) Overview(ctx context.Context, scope soc.Scope, since time.Time) (Overview, error) {
	now := s.now().UTC()
	o := Overview{Time: now, Severities: []SeverityWaiting{}, Clients: []ClientOverview{}}
	db, err := s.read.DB()
	if err != nil {
		return o, err
	}
	clients, err := s.Clients(ctx, scope)
	if err != nil {
		return o, err
	}
	index := make(map[soc.ClientID]int, len(clients))
	for i, c := range clients {
		index[c.ID] = i
		o.Clients = append(o.Clients, ClientOverview{Client: c, Severities: map[string]int64{}, Tape: slices.Repeat([]string{"empty"}, tapeHours)})
	}
	of := func(id soc.ClientID) *ClientOverview {
		if i, ok := index[id]; ok {
			return &o.Clients[i]
		}
		return &ClientOverview{Severities: map[string]int64{}} // one that came this moment
	}
	for _, part := range []struct {
		what string
		read func() error
	}{
		{"groups", func() error { return o.readGroups(ctx, db, scope, of) }},
		{"the oldest alerts", func() error { return o.readOldest(ctx, db, scope) }},
		{"claims", func() error { return o.readClaims(ctx, db, scope, since) }},
		{"nodes", func() error { return s.readNodes(ctx, scope, &o, of) }},
		{"tapes", func() error { return o.readTapes(ctx, db, scope, of) }},
	} {
		if err := part.read(); err != nil {
			return o, fmt.Errorf("overview: %s: %w", part.what, err)
		}
	}
	return o, nil
}

func (o *Overview) readGroups(ctx context.Context, db *sql.DB, scope soc.Scope, of func(soc.ClientID) *ClientOverview) error {
	where, args := scopeOfSQL(`client_num`, scope)
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT clients.id, severity, total, opened, nobody, alerts, fresh FROM (
			SELECT client_num, severity, COUNT(*) AS total, SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS opened, SUM(CASE WHEN owner_num IS NULL THEN 1 ELSE 0 END) AS nobody,
				SUM(open) AS alerts, SUM(CASE WHEN owner_num IS NULL THEN open ELSE 0 END) AS fresh
			FROM alert_groups WHERE state IN (1, 2, 3) AND `+where[0]+` GROUP BY client_num, severity) AS counted JOIN clients ON clients.num = counted.client_num`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	by := map[soc.Severity]*Waiting{}
	for rows.Next() {
		var id soc.ClientID
		var severity soc.Severity
		var w Waiting
		if err := rows.Scan(&id, &severity, &w.Groups, &w.OpenGroups, &w.Unclaimed, &w.OpenAlerts, &w.FreshAlerts); err != nil {
			return err
		}
		if by[severity] == nil {
			by[severity] = &Waiting{}
		}
		by[severity].add(w)
		o.Totals.add(w)
		if severity >= soc.SeverityHigh {
			o.Urgent.add(w)
		}
		client := of(id)
		client.Waiting.add(w)
		if w.OpenGroups > 0 {
			client.Severities[severity.String()] += w.OpenGroups
		}
	}
	for severity := soc.SeverityCritical; severity >= soc.SeverityUnknown; severity-- {
		of := SeverityWaiting{Severity: severity}
		if w := by[severity]; w != nil {
			of.Waiting = *w
		}
		o.Severities = append(o.Severities, of)
	}
	return rows.Err()
}

func (o *Overview) readOldest(ctx context.Context, db *sql.DB, scope soc.Scope) error {
	where, args := scopeOfSQL(`client_num`, scope)
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT severity, first_key FROM (
			SELECT severity, first_key, ROW_NUMBER() OVER (PARTITION BY severity ORDER BY first_key) AS place
			FROM alert_groups WHERE state = 1 AND owner_num IS NULL AND `+where[0]+`) AS ranked WHERE place = 1`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var severity soc.Severity
		var key []byte
		if err := rows.Scan(&severity, &key); err != nil {
			return err
		}
		for i := range o.Severities {
			if o.Severities[i].Severity == severity {
				o.Severities[i].Oldest = soc.SortKey(key).Time()
			}
		}
	}
	return rows.Err()
}

// claimSteps is how many of the newest steps are looked through for claims.
const claimSteps = 2000

func (o *Overview) readClaims(ctx context.Context, db *sql.DB, scope soc.Scope, since time.Time) error {
	o.Claims = Claims{Since: since.UTC()}
	where, args := scopeSQL(scope)
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT lately.at_ms - alerts.received_ms FROM (SELECT num, at_ms, verb, undone_ms FROM actions ORDER BY num DESC LIMIT ?) AS lately
		JOIN action_alerts ON action_alerts.action_num = lately.num AND action_alerts.alert_num = (SELECT MIN(alert_num) FROM action_alerts WHERE action_num = lately.num)
		JOIN alerts ON alerts.num = action_alerts.alert_num
		WHERE lately.verb IN ('claim', 'assign') AND lately.undone_ms = 0 AND lately.at_ms >= ? AND action_alerts.owner_num IS NULL AND `+where[0], append([]any{claimSteps, since.UnixMilli()}, args...)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var waits []int64
	for rows.Next() {
		var ms int64
		if err := rows.Scan(&ms); err != nil {
			return err
		}
		waits = append(waits, max(ms, 0))
	}
	slices.Sort(waits)
	if n := len(waits); n > 0 {
		o.Claims.Count, o.Claims.Median = n, float64(waits[(n-1)/2]+waits[n/2])/2000
	}
	return rows.Err()
}

func (s *Store) readNodes(ctx context.Context, scope soc.Scope, o *Overview, of func(soc.ClientID) *ClientOverview) error {
	nodes, err := s.Nodes(ctx, scope)
	if err != nil {
		return err
	}
	for i := range nodes {
		n := &nodes[i]
		client := of(n.ClientID)
		o.Nodes.add(n.State)
		client.States.add(n.State)
		client.Delivered += n.Delivered
		client.Missing += n.Missing
		if n.State == soc.NodeRevoked {
			continue
		}
		client.Behind += n.Waiting
		if n.Agents == nil {
			continue
		}
		for _, totals := range []**soc.AgentTotals{&o.Agents, &client.Agents} {
			if *totals == nil {
				*totals = &soc.AgentTotals{}
			}
			(*totals).Add(n.Agents, s.now())
		}
	}
	return nil
}

func (o *Overview) readTapes(ctx context.Context, db *sql.DB, scope soc.Scope, of func(soc.ClientID) *ClientOverview) error {
	const perHour = int64(time.Hour / tapeCell)
	last := slotOf(o.Time) / perHour
	first := last - tapeHours + 1
	where, args := scopeOfSQL(`nodes.client_num`, scope)
	//nolint:gosec // the conditions are ours
	rows, err := db.QueryContext(ctx, `SELECT clients.id, slot, SUM(tape.delivered), SUM(tape.repeated), SUM(tape.late), SUM(tape.dropped), SUM(tape.missing)
		FROM nodes JOIN clients ON clients.num = nodes.client_num JOIN heads ON heads.node_num = nodes.num JOIN tape ON tape.head_num = heads.num AND tape.slot >= ?
		WHERE `+where[0]+` GROUP BY clients.id, slot`, append([]any{first * perHour}, args...)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	words := tapeWords()
	for rows.Next() {
		var id soc.ClientID
		var slot int64
		var counts [5]int64
		if err := rows.Scan(&id, &slot, &counts[0], &counts[1], &counts[2], &counts[3], &counts[4]); err != nil {
			return err
		}
		tape, hour := of(id).Tape, int(slot/perHour-first)
		if hour < 0 || hour >= len(tape) {
			continue
		}
		for i, n := range counts {
			if n > 0 && slices.Index(words, tape[hour]) < i+1 {
				tape[hour] = words[i+1]
			}
		}
	}
	return rows.Err()
}
