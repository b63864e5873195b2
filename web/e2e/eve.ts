let flow = 1749302288461075;

interface Parts {
	/** What the rule says. */
	signature?: string;
	/** Suricata's: 1 is the worst. */
	severity?: number;
	source?: string;
	time?: Date;
	sid?: number;
}

/** A line as Suricata writes it for an alert, different at every call. */
export function alertLine(parts: Parts = {}): string {
	const at = (parts.time ?? new Date()).toISOString().replace('Z', '000+0000');
	flow += 1;
	return JSON.stringify({
		timestamp: at,
		flow_id: flow,
		in_iface: 'eth0',
		event_type: 'alert',
		src_ip: parts.source ?? '192.0.2.47',
		src_port: 51844,
		dest_ip: '198.51.100.9',
		dest_port: 443,
		proto: 'TCP',
		community_id: '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=',
		alert: {
			action: 'allowed',
			gid: 1,
			signature_id: parts.sid ?? 9000118,
			rev: 4,
			signature: parts.signature ?? 'PAGE beacon to a listed name',
			category: 'A Network Trojan was detected',
			severity: parts.severity ?? 1,
		},
		tls: { sni: 'cdn-assets.example', version: 'TLS 1.2' },
		app_proto: 'tls',
	});
}
