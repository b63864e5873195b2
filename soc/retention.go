package soc

import "time"

// RetentionMin is the shortest time, in days, that alerts may be kept. Nodes hold what
// was confirmed for 72 hours and may send it again: what was deleted earlier would come
// back as new.
const RetentionMin = 4

// RetentionMax is the longest time, in days; 0 is for ever.
const RetentionMax = 36500

// AuditRetentionMin is the shortest time, in days, that the audit may be kept: nobody who
// has become an admin makes it forget what they did.
const AuditRetentionMin = 180

// RetentionPolicy says how long alerts are kept. For an alert, the policies of its client
// go before those of all clients; among them, the one with the lowest severity that
// covers it counts. An alert that no policy covers is kept for ever.
type RetentionPolicy struct {
	Client   string   `json:"client,omitempty" maxLength:"64" doc:"its id or name; absent for all clients" example:"Acme"`
	Severity Severity `json:"severity" enum:"unknown,informational,low,medium,high,critical" doc:"alerts of this severity or a lower one" example:"low"`
	Days     int      `json:"days" minimum:"0" maximum:"36500" doc:"after the core received them; 0 is for ever, the least is 4" example:"90"`
}

// Hold keeps alerts from being deleted, whatever the policies say.
type Hold struct {
	ID         string    `json:"id"`
	Client     string    `json:"client,omitempty" doc:"its name; absent for all clients"`
	From       time.Time `json:"from,omitzero" doc:"of the event, as lists are ordered; absent for the beginning"`
	Until      time.Time `json:"until,omitzero" doc:"exclusive; absent for ever, also what is still to come"`
	Reason     string    `json:"reason"`
	PlacedBy   string    `json:"placed_by"`
	PlacedTime time.Time `json:"placed_time"`
}

// Retention is what is kept for how long, and what is held.
type Retention struct {
	Policies []RetentionPolicy `json:"policies" nullable:"false"`
	Holds    []Hold            `json:"holds" nullable:"false"`
	// AuditDays is nil for who does not see every client.
	AuditDays *int `json:"audit_days,omitempty" doc:"how long the audit is kept; 0 is for ever"`
}

// Expired counts alerts of a client and severity that the policies let go.
type Expired struct {
	Client   string   `json:"client"`
	Severity Severity `json:"severity" enum:"unknown,informational,low,medium,high,critical"`
	Days     int      `json:"days" doc:"that the policy which counts keeps them"`
	Alerts   int64    `json:"alerts"`
}
