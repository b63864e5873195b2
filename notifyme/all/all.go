// Package all is the table of every kind of channel, heavy ones too. Who imports it gets all their dependencies; who needs one channel imports
// that one.
package all

import (
	"cmp"
	"slices"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/mail"
	"github.com/socme-project/socme/notifyme/mqtt"
	"github.com/socme-project/socme/notifyme/phone"
	"github.com/socme-project/socme/notifyme/shoutrrr"
	"github.com/socme-project/socme/notifyme/xmpp"
)

// Channels is every kind, in the order of their names.
func Channels() []notifyme.Channel {
	channels := append(notifyme.Channels(), mail.Kind(), mqtt.Kind(), phone.Kind(), shoutrrr.Kind(), xmpp.Kind())
	slices.SortFunc(channels, func(a, b notifyme.Channel) int { return cmp.Compare(a.Kind, b.Kind) })
	return channels
}
