// Package fetchme tells what a machine is: system, kernel, hardware, what it runs in, how
// full it is, where it can be reached, and which versions of Suricata, Wazuh, Tailscale
// and SOCme it has. It is made for Linux; elsewhere it finds less. It needs no rights: what
// only root may see is missing for others. It uses nothing of the rest of SOCme.
//
// [Fetch] is the one call. It asks everything at once and waits for no field longer than
// 200 ms; those that are late are named in [Machine].Late. A [Reader] is for who asks again
// and again: it keeps what changes seldom, and lets a disk that hangs hang only once.
//
// Nothing is written, nothing is sent, and the only programs that may be run are the four
// whose versions are told, and those only if no package manager knows the version.
package fetchme
