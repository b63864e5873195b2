package wazuh

import (
	"context"
	"encoding/json"
	"maps"
	"time"
)

// HourStats is what analysisd took in an hour of a day.
type HourStats struct {
	Hour   int `json:"hour"`
	Alerts []struct {
		Rule  Int `json:"sigid"`
		Level int `json:"level"`
		Times int `json:"times"`
	} `json:"alerts"`
	TotalAlerts int `json:"totalAlerts"`
	Events      int `json:"events"`
	Syscheck    int `json:"syscheck"`
	Firewall    int `json:"firewall"`
}

// Stats returns the hours of a day (the zero time is today) in the server's zone. Up to
// 4.14. On a day without any, the server answers with error 1308.
func (n *Node) Stats(ctx context.Context, day time.Time) ([]HourStats, error) {
	call, err := n.request(ctx, "GET", "/stats")
	if err != nil {
		return nil, err
	}
	if !day.IsZero() {
		call = call.set("date", day.Format(time.DateOnly))
	}
	return items[HourStats](ctx, n.c, call)
}

// Averages are the alerts of each hour of a day, on average.
type Averages struct {
	Averages     []int `json:"averages"` // 24
	Interactions int   `json:"interactions"`
}

// StatsHourly returns the averages of all days. Up to 4.14.
func (n *Node) StatsHourly(ctx context.Context) (Averages, error) {
	call, err := n.request(ctx, "GET", "/stats/hourly")
	if err != nil {
		return Averages{}, err
	}
	return one[Averages](ctx, n.c, call)
}

// StatsWeekly returns the averages by day of the week: Sun, Mon, … Up to 4.14.
func (n *Node) StatsWeekly(ctx context.Context) (map[string]Averages, error) {
	return merged[Averages](ctx, n, "/stats/weekly")
}

// StatsAnalysisd returns the counters of analysisd by name. Up to 4.14; see
// [Node.DaemonStats].
func (n *Node) StatsAnalysisd(ctx context.Context) (map[string]float64, error) {
	return counters(ctx, n, "/stats/analysisd")
}

// StatsRemoted returns the counters of remoted by name. Up to 4.14.
func (n *Node) StatsRemoted(ctx context.Context) (map[string]float64, error) {
	return counters(ctx, n, "/stats/remoted")
}

// merged joins a list of maps.
func merged[T any](ctx context.Context, n *Node, rest string) (map[string]T, error) {
	call, err := n.request(ctx, "GET", rest)
	if err != nil {
		return nil, err
	}
	list, err := items[map[string]T](ctx, n.c, call)
	all := map[string]T{}
	for _, m := range list {
		maps.Copy(all, m)
	}
	return all, err
}

// counters joins a list of maps of numbers and leaves out what is none.
func counters(ctx context.Context, n *Node, rest string) (map[string]float64, error) {
	wire, err := merged[json.RawMessage](ctx, n, rest)
	all := map[string]float64{}
	for name, value := range wire {
		var number float64
		if json.Unmarshal(value, &number) == nil {
			all[name] = number
		}
	}
	return all, err
}
