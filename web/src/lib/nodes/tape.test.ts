import { describe, expect, it } from 'vitest';
import type { TapeCell } from '$lib/api';
import { cells, quarter } from './tape';

const now = Date.parse('2026-10-13T14:31:52Z');
const part = (start_time: string, more: Partial<TapeCell> = {}): TapeCell => ({
	start_time,
	lane: 'normal',
	delivered: 5,
	repeated: 0,
	late: 0,
	dropped: 0,
	missing: 0,
	...more,
});

describe('cells', () => {
	it('are 96 quarters of an hour that end with now', () => {
		const got = cells([], now);
		expect(got).toHaveLength(96);
		expect(got[95]?.start).toBe(Date.parse('2026-10-13T14:30:00Z'));
		expect(got[0]?.start).toBe(Date.parse('2026-10-12T14:45:00Z'));
		expect(got.every((cell) => cell.kind === 'quiet')).toBe(true);
	});

	it('stand where their time is', () => {
		const got = cells([part('2026-10-13T14:30:00Z'), part('2026-10-12T14:45:00Z')], now);
		expect(got.flatMap((cell, i) => (cell.kind === 'delivered' ? [i] : []))).toEqual([0, 95]);
	});

	it('leave out what is older than a day, and what is to come', () => {
		const got = cells([part('2026-10-12T14:30:00Z'), part('2026-10-13T14:45:00Z')], now);
		expect(got.every((cell) => cell.kind === 'quiet')).toBe(true);
	});

	it('are of one lane, or of both', () => {
		const tape = [
			part('2026-10-13T14:30:00Z'),
			part('2026-10-13T14:30:00Z', { lane: 'urgent', delivered: 2 }),
		];
		expect(cells(tape, now, quarter, 'urgent')[95]?.delivered).toBe(2);
		expect(cells(tape, now)[95]?.delivered).toBe(7);
	});

	it('show the worst that happened', () => {
		const at = '2026-10-13T14:30:00Z';
		const kind = (more: Partial<TapeCell>) => cells([part(at, more)], now)[95]?.kind;
		expect(kind({ repeated: 1 })).toBe('repeated');
		expect(kind({ repeated: 1, late: 1 })).toBe('late');
		expect(kind({ late: 1, dropped: 1 })).toBe('dropped');
		expect(kind({ dropped: 1, missing: 1 })).toBe('missing');
	});

	it('sum quarters into longer spans', () => {
		const got = cells([part('2026-10-13T14:00:00Z'), part('2026-10-13T14:15:00Z')], now, 4 * quarter);
		expect(got).toHaveLength(24);
		expect(got[23]?.delivered).toBe(10);
	});
});
