package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/socme-project/socme/internal/query"
	"github.com/socme-project/socme/soc"
)

// Sighting is how often an observable of an alert was seen, as far as the scope sees.
type Sighting struct {
	soc.Observable
	Query   string `json:"query" doc:"finds the alerts with it"`
	Alerts  int64  `json:"alerts" doc:"in the last 30 days, with this one; at most 1,000 are counted"`
	Clients int64  `json:"clients" doc:"how many clients those are of"`
	More    bool   `json:"more,omitempty" doc:"there are more than were counted"`
}

const (
	// sightingsMost is how many observables of an alert are looked for; the endpoints
	// are the first.
	sightingsMost = 16
	// sightingsCounted bounds the alerts that are counted for one.
	sightingsCounted = 1000
	sightingsFor     = 30 * 24 * time.Hour
)

// Sightings tells where else the first 16 observables of an alert were seen. It is never
// nil.
func (s *Store) Sightings(ctx context.Context, scope soc.Scope, id soc.AlertID) ([]Sighting, error) {
	alert, err := s.Alert(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	found := []Sighting{}
	for _, o := range soc.Observables(&alert.Alert) {
		if len(found) == sightingsMost {
			break
		}
		seen := Sighting{Observable: o, Query: query.Finds(o)}
		if err := s.sighted(ctx, scope, &seen); err != nil {
			return nil, fmt.Errorf("sightings of alert %s: %w", id, err)
		}
		found = append(found, seen)
	}
	return found, nil
}

func (s *Store) sighted(ctx context.Context, scope soc.Scope, seen *Sighting) error {
	db, err := s.read.DB()
	if err != nil {
		return err
	}
	q, err := query.Parse(seen.Query, query.Asker{Now: s.now()})
	if err != nil {
		return err
	}
	where, args := scopeSQL(scope)
	w, a, err := s.whereSQL(ctx, db, q)
	if err != nil {
		return err
	}
	where = append(append(where, w...), `alerts.sort_key >= ?`)
	args = append(append(args, a...), keyOf(s.now().Add(-sightingsFor).UnixMilli()), sightingsCounted+1)
	err = db.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(DISTINCT client_num) FROM (SELECT alerts.client_num FROM alerts WHERE `+strings.Join(where, ` AND `)+` LIMIT ?) AS found`, args...).
		Scan(&seen.Alerts, &seen.Clients)
	if seen.More = seen.Alerts > sightingsCounted; seen.More {
		seen.Alerts = sightingsCounted
	}
	return err
}
