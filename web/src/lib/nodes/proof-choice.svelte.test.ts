import { describe, expect, it } from 'vitest';
import { ProofChoice } from './proof-choice.svelte';

const now = Date.parse('2026-10-13T14:31:52.418Z');
const query = (choice: ProofChoice) => {
	const href = choice.href('n1', now);
	return href && Object.fromEntries(new URL(href, 'http://core').searchParams);
};

describe('ProofChoice', () => {
	it('is of the last 24 hours at first, without raw lines, until now', () => {
		const choice = new ProofChoice();
		expect(choice.href('n1', now)).toMatch(/^\/api\/v1\/nodes\/n1\/proof\?/);
		expect(query(choice)).toEqual({ from: '2026-10-12T14:31:00.000Z' });
	});

	it.each([
		['week', '2026-10-06T14:31:00.000Z'],
		['month', '2026-09-13T14:31:00.000Z'],
	] as const)('of the last %s begins when that began', (span, from) => {
		const choice = new ProofChoice();
		choice.span = span;
		expect(query(choice)).toEqual({ from });
	});

	it('takes times in the reader’s zone, and asks in UTC', () => {
		const choice = new ProofChoice();
		choice.span = 'other';
		choice.from = '2026-10-01T10:00';
		choice.until = '2026-10-02T10:00';
		choice.raw = true;
		expect(query(choice)).toEqual({
			from: new Date('2026-10-01T10:00').toISOString(),
			until: new Date('2026-10-02T10:00').toISOString(),
			raw: 'true',
		});
	});

	it.each([
		['no beginning', '', '', 'Choose when it begins'],
		['the end before the beginning', '2026-10-02T10:00', '2026-10-01T10:00', 'It ends before it begins'],
		['an empty span', '2026-10-02T10:00', '2026-10-02T10:00', 'It ends before it begins'],
		['a beginning that is to come', '2026-12-24T10:00', '', 'It ends before it begins'],
		['an end that is no time', '2026-10-02T10:00', 'soon', 'The end is no time'],
	])('has no file for %s, and says why', (_, from, until, want) => {
		const choice = new ProofChoice();
		choice.span = 'other';
		choice.from = from;
		choice.until = until;
		expect(choice.problem(now)).toBe(want);
		expect(choice.href('n1', now)).toBeUndefined();
	});

	it('forgets a wrong time when a span is chosen', () => {
		const choice = new ProofChoice();
		choice.span = 'other';
		choice.span = 'week';
		expect(choice.problem(now)).toBe('');
	});
});
