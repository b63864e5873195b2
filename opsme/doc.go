// Package opsme runs commands and scripts on a fleet of machines over SSH, copies files to
// and from them, and tells what happens as it happens. It needs nothing at the machines
// but an SSH server, and uses nothing of the rest of SOCme.
//
// # Inventory
//
// The machines stand in a TOML file. What is nearest to a host wins: its own setting, then
// its groups', then the defaults; tags add up. Two groups that set different values for
// one host are an error, and so is a key that is not known.
//
//	[defaults]
//	user = "ops"
//	keys = ["~/.ssh/id_ed25519"]   # a certificate beside it is used: id_ed25519-cert.pub
//
//	[groups.web]
//	hosts = ["web-1", "web-2"]     # a host needs no section of its own
//	tags  = ["prod"]
//
//	[groups.paris]
//	groups = ["web"]               # and all hosts of these groups
//	jump   = ["gate"]              # the nearest first; hosts here, or user@host:port
//
//	[hosts.gate]
//	address = "root@gate.example:2222"
//	jump    = []                   # none, whatever the groups say
//	timeout = "30s"                # for its turn, where the job has none
//
// # Jobs and events
//
// A [Job] is a [Task] ([Command], [Script], [Upload], [Download]) and how to spread it:
// how many hosts at a time, for how long, whether to carry on after a failure, or only to
// say what would be done. [Fleet.Do] runs it and yields events in the order in which they
// happen. Each host's last event is its [Result]. A failure is an [*Error] with a [Kind]
// and the [Phase] in which it arose, so that errors.Is(err, opsme.Refused) works and a
// person reads what happened.
//
// Output is not buffered: it comes as the host sends it, any bytes, and a reader that is
// slow slows the command down. [Collect] gathers it for who wants it whole.
//
// # Ends
//
// A command that is cancelled, or whose time is over, gets a SIGTERM, and after two
// seconds a SIGKILL, with all of its process group, also if root runs it by sudo. A
// program that leaves its group (a daemon) goes on. When the network is gone, nothing can
// be ended: the command ends when it next writes, as with ssh.
//
// # Trust
//
// A host's key must stand in known_hosts; [TrustNew] pins those that are new. A key that
// changed is refused before anything is sent, in either case. Passwords are asked for by
// [Identity].Ask, are sent to nobody whose key is not pinned, and stand in no error.
package opsme
