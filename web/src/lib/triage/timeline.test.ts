import { expect, it } from 'vitest';
import type { Action } from '$lib/api';
import { offers, put, writing } from './mention';
import { entries, pieces, type Entry } from './timeline';

const action = (parts: Partial<Action>): Action => ({
	id: 'a',
	time: '2026-10-13T14:31:52Z',
	who: 'bob',
	verb: 'claim',
	alerts: 1,
	...parts,
});

it('says who did what, and to whom', () => {
	const lines = entries(
		[
			action({ id: '1', verb: 'resolve', verdict: 'false-positive' }),
			action({ id: '2', verb: 'assign', owner: 'ann', who: 'bob' }),
			action({ id: '3', who: 'ann', verb: 'escalate', undone: true, group: 'g', alerts: 3 }),
		],
		'ann',
		[],
	);
	expect(lines.map((line) => line.title)).toEqual([
		'bob resolved it: false positive',
		'bob gave it to you',
		'You escalated it',
	]);
	expect(lines[2]).toMatchObject({ undone: true, note: 'taken back since, with 3 alerts of the group' });
});

it('puts people and machines in one order, the newest first', () => {
	const machine: Entry = {
		id: 'm',
		time: '2026-10-13T14:40:00Z',
		title: 'Stored at the core',
		note: '',
		text: '',
		mentions: [],
		undone: false,
		person: false,
	};
	expect(entries([action({})], 'ann', [machine]).map((line) => line.id)).toEqual(['m', 'a']);
});

it('marks those who are mentioned, and nobody else', () => {
	const parts = pieces('ask @bob, not @bobby or @Ann Lee.', ['bob', 'ann lee']);
	expect(parts.filter((part) => part.mention).map((part) => part.text)).toEqual(['@bob', '@Ann Lee']);
	expect(parts.map((part) => part.text).join('')).toBe('ask @bob, not @bobby or @Ann Lee.');
});

it('takes a name as it is written, whatever stands in it', () => {
	const parts = pieces('ask @bob-night (a.b) please', ['bob-night (a.b)', 'c+d']);
	expect(parts.map((part) => part.text)).toEqual(['ask ', '@bob-night (a.b)', ' please']);
});

it('offers names after an @, and puts the chosen one there', () => {
	expect(writing('mail ann@example', 16)).toBeUndefined();
	const mention = writing('ask @b now', 6);
	expect(mention).toEqual({ part: 'b', at: 4 });
	expect(offers(['ann', 'bob', 'abby'], 'b')).toEqual(['bob', 'abby']);
	expect(mention && put('ask @b now', mention, 'bob')).toEqual({ text: 'ask @bob now', cursor: 9 });
});

it('says which comments the client does not get', () => {
	const [internal, said] = entries(
		[
			action({ id: '2', verb: 'comment', text: 'for us', internal: true, time: '2026-10-13T14:31:53Z' }),
			action({ id: '1', verb: 'comment', text: 'for you' }),
		],
		'ann',
		[],
	);
	expect([internal?.note, said?.note]).toEqual(['internal', '']);
});
