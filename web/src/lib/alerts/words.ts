import type { Alert, Endpoint, Severity } from '$lib/api';
import { t } from './alerts.words';

/** The severities from worst to least, unknown last. */
export const severities: Severity[] = ['critical', 'high', 'medium', 'low', 'informational', 'unknown'];

/** The severity's word, as rows and legends show it. */
export function severityWord(severity: Severity): string {
	return t.severity[severity];
}

const engines: Record<Alert['rule']['engine'], string> = {
	suricata: 'Suricata',
	wazuh: 'Wazuh',
	socme: 'SOCme',
};

/** The name of what fired. */
export function engineName(engine: Alert['rule']['engine']): string {
	return engines[engine];
}

/** One side as text: address and port, or what else names it. Empty when nothing does. */
export function endpoint(side: Endpoint | undefined): string {
	if (!side) return '';
	if (!side.address) return side.host ?? side.user ?? '';
	if (!side.port) return side.address;
	return side.address.includes(':') ? `[${side.address}]:${side.port}` : `${side.address}:${side.port}`;
}

/** Where an alert came from: where there is no address or host, the agent stands for it. */
export function sourceOf(alert: Alert): string {
	const side = alert.source;
	return side?.address || side?.host ? endpoint(side) : (alert.agent?.name ?? side?.user ?? '');
}

/** The word of how far people have come with an alert. */
export function stateWord(state: Alert['state']): string {
	return t.state[state];
}

/** "2 witnesses": records of other sensors that tell of the same event. */
export function witnessWords(n: number): string {
	return t.witnesses(n);
}

/** The rule's name, or its number where it has none. */
export function ruleName(alert: Pick<Alert, 'rule'>): string {
	return alert.rule.name || t.rule(alert.rule.id);
}

const acronyms = new Set(
	'aws cve cvss dhcp dns ftp gcp http https icmp id ike ip ja3 ja3s ja4 md5 mqtt nfs os pid rdp rfb sha1 sha256 sid sip smb smtp snmp sql ssh tftp tls uid uri url'.split(
		' ',
	),
);

/** The name of a detail as a label: "tls name" is "TLS name". */
export function label(name: string): string {
	const [first = '', ...rest] = name.split(' ');
	const head = acronyms.has(first.toLowerCase())
		? first.toUpperCase()
		: first.charAt(0).toUpperCase() + first.slice(1);
	return [head, ...rest].join(' ');
}

/** Whether a detail has no name of ours, but is called by its path: "data.aws.bucket". */
export function unnamed(name: string): boolean {
	return /[._]/.test(name);
}

/** When it happened: the sensor's time, or when we got it. */
export function timeOf(alert: Alert): string {
	return alert.event_time ?? alert.received_time;
}
