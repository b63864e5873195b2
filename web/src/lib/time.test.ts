import { describe, expect, it, vi } from 'vitest';
import { language } from './i18n/language.svelte';
import { age, dayMonth, hop, span, utc } from './time';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

describe('age', () => {
	it.each([
		['a moment is now', 0, 'now'],
		['what lies ahead is now', -5 * second, 'now'],
		['seconds', 16 * second + 900, '16 s'],
		['the last second of a minute', minute - 1, '59 s'],
		['minutes', 4 * minute, '4 m'],
		['hours', 3 * hour, '3 h'],
		['a day and a half is hours', 36 * hour, '36 h'],
		['days', 12 * 24 * hour, '12 d'],
	])('%s', (_, ms, want) => {
		expect(age(1_000_000_000_000 - ms, 1_000_000_000_000)).toBe(want);
	});
});

describe('dayMonth', () => {
	it.each(['en', 'fr'] as const)('has the names of months that the browser has in %s', (code) => {
		vi.spyOn(language, 'code', 'get').mockReturnValue(code);
		const month = new Intl.DateTimeFormat(code, { month: 'short' });
		for (let i = 0; i < 12; i++) {
			const at = new Date(2026, i, 13);
			expect(dayMonth(at)).toBe(`13 ${month.format(at)}`);
		}
		vi.restoreAllMocks();
	});
});

describe('hop', () => {
	it.each([
		['milliseconds', 13, '+13 ms'],
		['seconds with two places', 1240, '+1.24 s'],
		['clocks that do not agree', -210, '−210 ms'],
		['a delay of minutes', 4 * minute + 10 * second, '+4 m 10 s'],
	])('%s', (_, ms, want) => {
		expect(hop(ms)).toBe(want);
	});
});

describe('span', () => {
	it.each([
		['whole minutes have one unit', 5 * minute, '5 m'],
		['hours and minutes', 3 * hour + 5 * minute, '3 h 5 m'],
		['days and hours', 52 * hour, '2 d 4 h'],
		['tens of seconds', 41_300, '41.3 s'],
	])('%s', (_, ms, want) => {
		expect(span(ms)).toBe(want);
	});
});

describe('utc', () => {
	it('keeps the milliseconds and says the zone', () => {
		expect(utc('2026-10-13T16:31:52.418+02:00')).toBe('2026-10-13 14:31:52.418 UTC');
	});
	it('gives back what is no time', () => {
		expect(utc('yesterday')).toBe('yesterday');
	});
});
