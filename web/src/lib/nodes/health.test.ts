import { describe, expect, it } from 'vitest';
import type { Source } from '$lib/api';
import { exampleHealth } from './example';
import { faults, outboxTone, roomLeft, share } from './health';

const source = (parts: Partial<Source>): Source => ({
	name: 'eve',
	kind: 'suricata',
	path: '/eve.json',
	state: 'reading',
	lines: 9,
	bytes: 9,
	alerts: 1,
	too_long: 0,
	malformed: 0,
	invalid_utf8: 0,
	filtered: 0,
	failures: 0,
	lag_bytes: 0,
	lag_seconds: 0,
	...parts,
});

describe('roomLeft', () => {
	it.each([
		['much', 60, 'fine'],
		['just enough', 15, 'fine'],
		['little', 14.9, 'low'],
		['still a little', 5, 'low'],
		['next to nothing', 4.9, 'bad'],
		['nothing', 0, 'bad'],
	])('%s', (_, free, want) => expect(roomLeft(free, 100)).toBe(want));
	it('of a disk that nobody told of is no news', () => expect(roomLeft(0, 0)).toBe('fine'));
});

describe('share', () => {
	it('stays between nothing and all', () =>
		expect([share(1, 2), share(3, 2), share(-1, 2), share(1, 0)]).toEqual([0.5, 1, 0, 0]));
});

describe('outboxTone', () => {
	it('is fine when it is full of what was delivered', () =>
		expect(outboxTone(exampleHealth({ outbox_bytes: 99 }))).toBe('fine'));
	it('is low when much of it waits', () =>
		expect(outboxTone(exampleHealth({ outbox_bytes: 90, outbox_records: 5 }))).toBe('low'));
	it('is fine while there is room for what waits', () =>
		expect(outboxTone(exampleHealth({ outbox_bytes: 89, outbox_records: 5 }))).toBe('fine'));
	it('is bad when it cannot be written', () =>
		expect(outboxTone(exampleHealth({ trouble: 'the disk is full' }))).toBe('bad'));
});

describe('faults', () => {
	it('are none while all is well', () => expect(faults(source({ lines: 5000 }))).toEqual([]));
	it('name each, with its count', () =>
		expect(faults(source({ malformed: 1, too_long: 1200, invalid_utf8: 2, failures: 3 }))).toEqual([
			'1 line was malformed: no JSON object, or without what an alert needs',
			'1,200 lines were too long: over 1 MiB',
			'2 alerts are not UTF-8: they were kept, their raw lines to the byte',
			'It failed 3 times and was started again',
		]));
});
