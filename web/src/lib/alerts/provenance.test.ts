import { describe, expect, it } from 'vitest';
import type { Alert } from '$lib/api';
import { exampleAlert } from './example';
import { placeOf, stations } from './provenance';

const alert = (event_time?: string, seen_time?: string): Alert =>
	exampleAlert({
		id: 'a',
		rule: { engine: 'wazuh', id: '1', name: '' },
		event_time,
		seen_time,
		received_time: '2026-10-13T14:31:52.507Z',
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
	it('end with who reads, and that hop counts while the alert is fresh', () => {
		const shown = (time: string) => stations(alert(), Date.parse(time)).at(-1);
		expect(shown('2026-10-13T14:31:52.611Z')).toMatchObject({
			id: 'you',
			who: 'live',
			took: 104,
			late: false,
		});
		expect(shown('2026-10-14T08:00:00.000Z')).toMatchObject({ id: 'you', who: 'opened', took: undefined });
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
