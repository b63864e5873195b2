package soc

import "time"

// AdvisoryKind is what a publisher's items are, which is the tab where they stand.
type AdvisoryKind string

// The kinds, as CERT-FR divides what it publishes.
const (
	AdvisoryAlert  AdvisoryKind = "alert"    // act now
	AdvisoryNotice AdvisoryKind = "advisory" // a weakness, and how to mend it
	AdvisoryReport AdvisoryKind = "report"   // on threats and who is behind them
)

// AdvisoryKinds lists them, the most urgent first.
func AdvisoryKinds() []AdvisoryKind {
	return []AdvisoryKind{AdvisoryAlert, AdvisoryNotice, AdvisoryReport}
}

// Publisher is who publishes advisories, as RSS or Atom at a URL that the core reads.
type Publisher struct {
	ID   string       `json:"id"`
	Name string       `json:"name" example:"CERT-FR"`
	URL  string       `json:"url" example:"https://www.cert.ssi.gouv.fr/avis/feed/"`
	Kind AdvisoryKind `json:"kind" enum:"alert,advisory,report"`
	Demo bool         `json:"demo,omitempty" doc:"an example, which is not read"`

	Advisories int       `json:"advisories" doc:"how many of it are held"`
	ReadTime   time.Time `json:"read_time,omitzero" doc:"when it was last read well"`
	TriedTime  time.Time `json:"tried_time,omitzero" doc:"when that was last tried"`
	Problem    string    `json:"problem,omitempty" doc:"why the last try gave nothing"`

	// What the publisher's server said last, so that it need not send the same again.
	ETag     string `json:"-"`
	Modified string `json:"-"`
}

// Advisory is what a publisher tells everybody. Its texts are plain.
type Advisory struct {
	ID            string       `json:"id"`
	Publisher     string       `json:"publisher" doc:"its name" example:"CERT-FR"`
	PublisherID   string       `json:"publisher_id"`
	Kind          AdvisoryKind `json:"kind" enum:"alert,advisory,report"`
	Demo          bool         `json:"demo,omitempty" doc:"an example"`
	Title         string       `json:"title"`
	Summary       string       `json:"summary,omitempty" doc:"plain text, at most 2,000 characters"`
	Link          string       `json:"link,omitempty" doc:"http or https"`
	PublishedTime time.Time    `json:"published_time" doc:"as the publisher says, or when the core first read it"`

	// Key is what makes it the same when it is read again: the publisher's own name for it.
	Key string `json:"-"`
}
