package notifyme

import (
	"context"
	"time"
)

// Notifier is one way to reach somebody.
type Notifier interface {
	// Notify sends m and returns when the service has answered, at the latest when ctx ends. An error is an *Error. It
	// may be called from many goroutines.
	Notify(ctx context.Context, m Message) (Receipt, error)
}

// Receipt says that a service took a message over.
type Receipt struct {
	ID           string    `json:"id,omitempty"` // the service's own name of the message, to be a Message.Parent; empty if it gives none
	At           time.Time `json:"at"`           // when the service answered, UTC
	Acknowledged bool      `json:"acknowledged"` // a person confirmed it, which a phone call alone can know
	Cut          bool      `json:"cut"`          // title or body was longer than the service takes
	Detail       string    `json:"detail,omitempty"`
}
