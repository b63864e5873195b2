// Package soc owns the vocabulary that every other package speaks: alerts, rules,
// severities, clients, nodes, and the ledger that proves what was delivered.
//
// It holds types and pure functions only. It must import nothing but the
// standard library, and it never touches a disk, a network or a clock.
//
// # Glossary
//
//   - Client: an organisation that is watched.
//   - Node: our process at a client. Sensor: Suricata or the Wazuh manager that a
//     node reads. Agent: a Wazuh agent on a machine. Source: the code that reads a
//     sensor.
//   - Event: any record that a sensor writes. Alert: an event in which a rule fired.
//   - Ledger: the chain of records by which a node and the core agree, record by
//     record, on what was handed over. Lane: one of its two chains. Epoch: the life
//     of one outbox. Head: the newest record of a lane that was taken.
package soc
