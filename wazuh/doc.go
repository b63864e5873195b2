// Package wazuh speaks to Wazuh: to the API of its server ([New]) and to its indexer
// ([NewIndexer]). It is for Wazuh 4.8 to 4.14 and 5.0.
//
//	client, err := wazuh.New(wazuh.Options{
//		URL:      "https://wazuh.example.com:55000",
//		Username: "soc",
//		Password: wazuh.PasswordFile("/etc/soc/wazuh.password"),
//		Trust:    wazuh.Trust{CAFile: "/etc/soc/wazuh-ca.pem"},
//	})
//	for agent, err := range client.Agents.List(ctx, wazuh.AgentFilter{Status: []string{"disconnected"}}) {
//		…
//	}
//
// # Calls
//
// Calls are grouped by noun, as in Wazuh's own reference: [Client.Agents],
// [Client.Groups], [Client.Manager], [Client.Cluster], [Client.Rules],
// [Client.Decoders], [Client.Lists], [Client.Logtest], [Client.Syscollector],
// [Client.SCA], [Client.Syscheck], [Client.Rootcheck], [Client.Mitre], [Client.Users],
// [Client.Roles], [Client.Policies], [Client.SecurityRules], [Client.Security],
// [Client.Tasks]. COVERAGE.md, beside this file, names the method for each operation of
// the specification. [Client.Do] makes a call that has no method.
//
// Lists are iterators ([iter.Seq2]): pages are fetched as they are read, and a break
// ends the fetching. Where the items of a list have an id, they come in its order, and
// one that was there all the time comes exactly once, also when others appear and
// vanish meanwhile.
//
// # Errors
//
// Wazuh says what went wrong in several shapes; here they are two. [APIError] is an
// answer other than success. [FailedError] is an answer of HTTP 200 that is a failure,
// in whole or in part: it names what failed and why, and what succeeded is returned
// beside it. Both match the kinds of this package with [errors.Is]: [ErrNotFound],
// [ErrExists], [ErrUnauthorized], [ErrForbidden], [ErrBlocked], [ErrLimited],
// [ErrNotReady], [ErrClusterOff], [ErrTimeout] and [ErrUnsupported]. The last is also
// what a call gives, without asking, if the server's version has no such call.
//
// # Limits
//
// Wazuh allows 300 requests a minute, of all its callers together, and says no word of
// when to come back. A client keeps to that by itself ([Options.Limiter], which several
// clients may share). When the server still refuses, or its daemons are not ready yet,
// the call waits and tries again, for [Options.Patience].
//
// A client logs in by itself, renews its token before it ends, and once more when the
// server no longer takes it. A password that was refused is not sent again for a while,
// since Wazuh blocks an address after some tries.
package wazuh
