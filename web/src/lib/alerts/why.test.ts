import { expect, it } from 'vitest';
import type { AlertDetail } from '$lib/api';
import { exampleAlert } from './example';
import { evidence, why } from './why';

const alert = (parts: Partial<AlertDetail>): AlertDetail => ({
	...exampleAlert({ id: 'a' }),
	witness_list: [],
	...parts,
});

it('is made of what the alert says, and of nothing else', () => {
	expect(
		why(
			alert({
				source: { address: '10.12.4.118' },
				destination: { address: '198.51.100.9', port: 443 },
				application: 'tls',
				category: 'A Network Trojan was detected',
				action: 'allowed',
			}),
		).join(' '),
	).toBe(
		'TLS traffic from 10.12.4.118 to 198.51.100.9:443 matched a Suricata rule. Its author puts it under “A Network Trojan was detected”. The sensor let it through.',
	);
	expect(why(alert({}))).toEqual(['Traffic matched a Suricata rule.']);
});

it('of a log names where it stood, and shows the line', () => {
	const wazuh = alert({
		rule: { engine: 'wazuh', id: '5710', name: 'sshd: brute force' },
		agent: { id: '1', name: 'portal01' },
		details: [
			{ name: 'location', value: '/var/log/auth.log' },
			{ name: 'wazuh level', value: '10' },
			{ name: 'log', value: 'Failed password for root' },
		],
	});
	expect(why(wazuh)).toEqual(['A record of portal01 in /var/log/auth.log matched a Wazuh rule of level 10.']);
	expect(evidence(wazuh)).toBe('Failed password for root');
});

it('of SOCme’s own says what to do', () => {
	const own = alert({
		rule: { engine: 'socme', id: 'node-offline', name: '' },
		details: [{ name: 'what to do', value: 'Look at the machine.' }],
	});
	expect(why(own)).toEqual(['SOCme raised this itself.', 'Look at the machine.']);
});
