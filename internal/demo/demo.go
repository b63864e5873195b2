// Package demo owns the example clients: their recordings and the feeder that replays them into files, with the clock of
// now. A node tails those files as it would a real sensor's. It imports the vocabulary and nothing else of ours: it
// knows the sensors' formats only so far as times and numbers in them must be fresh.
//
// The recordings are made by tools/record, in a folder for each client: eve.jsonl by real Suricata listening to our own
// attacks (attack.pcap is the same traffic, local.rules are the rules), wazuh.jsonl in the format of a Wazuh 4 manager.
package demo

// The files in Feeder.Dir, named as the sensors name them.
const (
	EveFile    = "eve.json"
	AlertsFile = "alerts.json"
)
