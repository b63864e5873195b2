import { describe, expect, it } from 'vitest';
import type { Alert } from '$lib/api';
import { placeOf, stations } from './provenance';

const alert = (event?: string, seen?: string): Alert => ({
	id: 'a',
	client: 'Clinic',
	client_id: 'c',
	node: 'gate',
	node_id: 'n',
	demo: false,
	severity: 'low',
	rule: { engine: 'wazuh', id: '1', name: '' },
	event_time: event,
	seen_time: seen,
	source: {},
	destination: {},
	received_time: '2026-10-13T14:31:52.507Z',
	raw_sha256: '',
	raw_size: 0,
});

describe('stations', () => {
	it('say what each hop took', () => {
		const got = stations(alert('2026-10-13T14:31:52.418Z', '2026-10-13T14:31:52.431Z'));
		expect(got.map((station) => station.took)).toEqual([undefined, 13, 76]);
		expect(got.map((station) => station.who)).toEqual(['Wazuh', 'gate', 'committed']);
	});
	it('tell clocks that do not agree', () => {
		const got = stations(alert('2026-10-13T14:31:54.000Z', '2026-10-13T14:31:52.431Z'));
		expect(got.map((station) => station.skewed)).toEqual([false, true, false]);
	});
	it('do not invent a time that could not be read', () => {
		const got = stations(alert(undefined, '2026-10-13T14:31:52.431Z'));
		expect(got.map((station) => station.took)).toEqual([undefined, undefined, 76]);
	});
	it('name what passed the event on', () => {
		const got = stations({ ...alert(), rule: { engine: 'suricata', id: '1', name: '' }, via: 'wazuh' });
		expect(got[0]?.who).toBe('Suricata through Wazuh');
	});
});

describe('placeOf', () => {
	it.each([
		[undefined, ''],
		[{ path: '/run/eve.sock' }, '/run/eve.sock'],
		[{ path: '/var/log/eve.json', offset: 1234567 }, '/var/log/eve.json, from byte 1,234,567'],
	])('of %j', (place, want) => expect(placeOf({ ...alert(), place })).toBe(want));
});
