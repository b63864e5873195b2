package main

import "github.com/socme-project/socme/soc"

// questions asks for every field: what is frequent, what is rare, what is absent.
func questions() []string {
	values := [][]string{
		{"client:client-0", "client:client-499", "client:nobody"},
		{"node:node-0", "node:node-499", "node:nobody"},
		{"severity:low", "severity>=high", "severity:critical", "severity:unknown"},
		{"rule:2000000", "rule:2000999", "rule:1", "rule:200*", "rule:20000*", "rule:9*"},
		{"name:frequent", `name:"rare thing"`, "name:absent", "name:rul*"},
		{"engine:suricata", "engine:socme"},
		{"category:common", "category:seldom", "category:absent", "category:com*"},
		{"action:allowed", "action:blocked", "action:absent"},
		{"src:10.0.0.1", "src:203.0.113.9", "src:192.0.2.1", "src:10.0.0.0/8", "src:203.0.113.0/24", "src:172.16.0.0/12", "src:10.128.0.0/9"},
		{"dst:198.51.100.1", "dst:2001:db8::9", "dst:2001:db8::/32", "dst:2001:db8::/40", "dst:192.0.2.1"},
		{"ip:10.0.0.1", "ip:203.0.113.9", "ip:192.0.2.1", "ip:10.0.0.0/8"},
		{"port:443", "port:31337", "port:9", "dport:443", "dport:31337", "dport:9", "dport>=1024", "dport<100", "dport!=443", "sport:1025", "sport:9"},
		{"proto:tcp", "proto:icmp", "proto:absent"},
		{"app:http", "app:ssh", "app:absent"},
		{"host:web-1", "host:seldom", "host:absent", "host:web-*", "host:sel*", "host:*-1"},
		{"agent:web-1", "agent:seldom", "agent:absent"},
		{"user:root", "user:mallory", "user:absent", "user:r*"},
		{"email:all@example.com", "email:eve@example.com", "email:absent@example.com", "email:*@example.com"},
		{"file:common.php", "file:seldom.php", "file:absent", "file:*.php"},
		{"hash:00000000000000000000000000000001", "hash:000000000000000000000000000000ff", "hash:11111111111111111111111111111111", "hash:0000*"},
		{"url:/common", "url:/seldom", "url:/absent", "url:/q*"},
		{"domain:common.example.com", "domain:seldom.example.com", "domain:absent.example.com", "domain:*.example.com"},
		{"process:common.exe", "process:seldom.exe", "process:absent.exe"},
		{"tag:common", "tag:seldom", "tag:absent", "-tag:common", "-tag:seldom"},
		{"technique:T1110", "technique:T1059", "technique:T9999"},
		{"tactic:impact", "tactic:discovery", "tactic:absent"},
		{"community:1:seldom", "community:1:absent"},
		{"via:wazuh", "via:absent"},
		{"is:open", "is:resolved", "is:acknowledged", "is:escalated", "is:mine", "is:unclaimed", "is:demo", "-is:open"},
		{"owner:admin", "owner:nobody", "verdict:benign", "verdict:expected", "has:owner"},
		{"after:-24h", "before:-80d", "after:-10d before:-9d", "after:-24h host:web-1", "before:-80d host:seldom"},
		{"has:user", "has:email", "-has:user", "has:src"},
		{"frequent", "rareword", "absentword", `"frequent scan"`, "freq*", "rarew*"},
		{"host:web-1 user:root", "host:web-1 user:mallory", "host:web-1 OR user:mallory", "host:web-1 -user:root", "host:web-1 is:open", "host:web-1 is:escalated", "user:mallory is:open", "is:escalated OR tag:seldom"},
	}
	var all []string
	for _, of := range values {
		all = append(all, of...)
	}
	return append(all, "id:"+soc.NewAlertID(now, "x").String())
}
