// Package wazuh owns the form of the lines in Wazuh 4's alerts.json and what such an
// alert says. It is pure; reading files is the business of package source. It must
// import nothing of ours but soc, field, and suricata for what Suricata wrote into
// an alert that came through Wazuh.
package wazuh
