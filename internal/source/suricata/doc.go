// Package suricata owns the form of Suricata's EVE lines: which of them are alerts,
// and what an alert says. It is pure; reading files is the business of package
// source. It must import nothing of ours but soc and field.
package suricata
