import { describe, expect, it } from 'vitest';
import { choiceOf, choose, chooseOnly, exclude, parts, spanOf, withSpan, without } from './query-edit';

describe('parts', () => {
	it.each([
		['', []],
		['a b', ['a', 'b']],
		[
			'-is:resolved severity>=low client:"Saint Luc"',
			['-is:resolved', 'severity>=low', 'client:"Saint Luc"'],
		],
		['host:(a OR "b c") -(x y) AND NOT z', ['host:(a OR "b c")', '-(x y)', 'NOT z']],
		['a b OR c', ['(a b OR c)']],
	])('of %j', (query, want) => expect(parts(query)).toEqual(want));
});

describe('a choice', () => {
	it.each([
		['severity:high', 'severity:high', 'chosen'],
		['severity:(high OR Low)', 'severity:low', 'chosen'],
		['-severity:low', 'severity:low', 'excluded'],
		['severity!=low', 'severity:low', 'excluded'],
		['severity>=medium', 'severity:low', 'excluded'],
		['severity>=medium', 'severity:critical', 'free'],
		['-state:resolved', 'is:resolved', 'excluded'],
		['is:open', 'is:mine', 'free'],
		['has:owner -is:mine', 'has:owner -is:mine', 'chosen'],
		['-(has:owner -is:mine)', 'has:owner -is:mine', 'excluded'],
		['client:"Saint Luc"', 'client:"saint luc"', 'chosen'],
		['a OR severity:high', 'severity:high', 'free'],
	])('in %j of %j is %s', (query, part, want) => expect(choiceOf(query, part)).toBe(want));
});

describe('choosing', () => {
	it.each([
		['', 'severity:high', 'severity:high'],
		['-is:resolved', 'severity:high', '-is:resolved severity:high'],
		['severity:high scan', 'severity:low', 'severity:(high OR low) scan'],
		['severity:(high OR low)', 'severity:critical', 'severity:(high OR low OR critical)'],
		['-is:resolved', 'is:resolved', 'is:resolved'],
		['is:open', 'is:mine', 'is:open is:mine'],
		['a OR b', 'severity:high', '(a OR b) severity:high'],
		['severity>=high', 'severity:low', 'severity:low'],
	])('in %j of %j', (query, part, want) => expect(choose(query, part)).toBe(want));
});

it.each([
	['is:mine x', 'has:owner -is:mine', 'x has:owner -is:mine'],
	['has:owner -is:mine', 'is:mine', 'is:mine'],
	['x -is:mine', 'is:unclaimed', 'x is:unclaimed'],
	['is:open', 'is:mine', 'is:open is:mine'],
])('in %j %j is chosen instead of another owner', (query, part, want) =>
	expect(chooseOnly(query, part, ['is:unclaimed', 'is:mine', 'has:owner -is:mine'])).toBe(want),
);

it('leaves out, and no longer', () => {
	expect(exclude('severity:(high OR low)', 'severity:low')).toBe('severity:high -severity:low');
	expect(exclude('', 'has:owner -is:mine')).toBe('-(has:owner -is:mine)');
	expect(without('-is:resolved scan', 'is:resolved')).toBe('scan');
	expect(without('severity:(a OR b) -(x)', 'severity:a')).toBe('severity:b -(x)');
	expect(without('has:owner -is:mine x', 'has:owner -is:mine')).toBe('x');
});

it('a span of time is written, read and replaced', () => {
	const span = { from: Date.UTC(2026, 9, 13, 10), until: Date.UTC(2026, 9, 13, 11, 0, 0, 5) };
	const query = withSpan('since:-24h scan', span);
	expect(query).toBe('scan after:2026-10-13T10:00:00Z before:2026-10-13T11:00:00.005Z');
	expect(spanOf(query)).toEqual(span);
	expect(withSpan(query, undefined)).toBe('scan');
	expect(spanOf('after:-24h')).toBeUndefined();
});
