import { describe, expect, it } from 'vitest';
import { exampleNode } from './example';
import { clockSays, deliveredOf, kindName, rowMarks, skewed, whyText } from './words';

describe('rowMarks', () => {
	it('are none while all is well', () => expect(rowMarks(exampleNode({ clock_skew_ms: 1999 }))).toEqual([]));
	it('name a clock that is wrong, and an outbox that cannot be written, that first', () => {
		const node = exampleNode({ clock_skew_ms: -4200 });
		const health = node.health && { ...node.health, trouble: 'the disk is full' };
		expect(rowMarks({ ...node, health }).map((mark) => mark.text)).toEqual([
			'outbox in trouble',
			'clock −4.20 s',
		]);
	});
});

describe('the clock', () => {
	it('agrees up to two seconds, as the core sees it', () =>
		expect([-2001, -2000, 2000, 2001].map((ms) => skewed(exampleNode({ clock_skew_ms: ms })))).toEqual([
			true,
			false,
			false,
			true,
		]));
	it('is ahead or behind', () =>
		expect([clockSays(5000), clockSays(-5000)]).toEqual([
			"5.00 s ahead of the core's",
			"5.00 s behind the core's",
		]));
});

it('what is missing or waits is not delivered', () =>
	expect(deliveredOf(exampleNode({ delivered: 7, waiting: 2, missing: 1 }))).toBe('7 of 10 delivered'));

it('kinds have names, and one that is not known keeps its own', () =>
	expect(['suricata-socket', 'wazuh-indexer', 'zeek'].map(kindName)).toEqual([
		'Suricata socket',
		'Wazuh indexer',
		'zeek',
	]));

it('the reason of a filter is what its author wrote', () => {
	const withheld = {
		rule: { engine: 'suricata' as const, id: '1', name: '' },
		severity: 'low' as const,
		count: 1,
		first_time: '',
		last_time: '',
	};
	expect(whyText({ ...withheld, why: 'filter', reason: 'noise' })).toBe('noise');
	expect(whyText({ ...withheld, why: 'quota' })).toBe('the outbox was full: the raw lines are gone');
});
