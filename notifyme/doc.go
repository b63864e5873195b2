// Package notifyme tells people: one message, many ways to reach somebody, and for each way what became of it.
//
// A channel is a struct whose fields say where and as whom to send. It is a [Notifier]:
//
//	push := notifyme.Ntfy{Topic: "soc", Token: "tk_…"}
//	receipt, err := push.Notify(ctx, notifyme.Message{Title: "Node down", Text: "acme-gate is silent.", Severity: notifyme.High})
//
// An error is always an [*Error] and says what to do next: [Temporary] (try again), [Limited] (try again after
// a time that the service named) or [Permanent] (somebody must change something first). No error, and nothing
// else that leaves this package, holds a secret. Each channel cuts a text where its service would refuse it.
//
// [Channels] is the table of the kinds that live here, with the fields of each one's form; so a page or a command can
// offer a channel without knowing it. Channels that need more than the standard library are packages of their own (mail,
// phone, mqtt, xmpp, shoutrrr); package all has the table of everything. [Fanout] sends to many and tells every outcome.
//
// The package imports the standard library and nothing else. It never tries again by itself, holds no queue and
// keeps no state: whoever calls it knows better how long a message stays worth sending.
package notifyme
