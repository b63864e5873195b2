// Package demo owns the example client: its recordings and the feeder that replays them into files, with the clock of
// now. A node tails those files as it would a real sensor's. It imports the vocabulary and nothing else of ours: it
// knows the sensors' formats only so far as times and numbers in them must be fresh.
//
// The recordings are made by tools/record: eve.jsonl by real Suricata listening to our own attacks (attack.pcap is the
// same traffic, local.rules are the rules), wazuh.jsonl in the format of a Wazuh 4 manager.
package demo

import (
	"bytes"
	_ "embed" // the recordings
)

// The files in Feeder.Dir, named as the sensors name them.
const (
	EveFile    = "eve.json"
	AlertsFile = "alerts.json"
)

//go:embed recording/eve.jsonl
var eveRecording []byte

//go:embed recording/wazuh.jsonl
var wazuhRecording []byte

// Eve returns the recorded lines of Suricata, alerts and other events, in order and without newlines.
func Eve() [][]byte { return split(eveRecording) }

// Wazuh returns the recorded alerts of Wazuh, in order and without newlines.
func Wazuh() [][]byte { return split(wazuhRecording) }

func split(recording []byte) [][]byte {
	return bytes.Split(bytes.TrimSuffix(bytes.Clone(recording), []byte("\n")), []byte("\n"))
}
