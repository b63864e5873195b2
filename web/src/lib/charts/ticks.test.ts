import { describe, expect, it } from 'vitest';
import { spanText, ticks } from './ticks';

const at = (day: number, hour = 0, minute = 0) => new Date(2026, 9, day, hour, minute).getTime();

describe('ticks', () => {
	it("are round times of the reader's clock, midnight as its day", () => {
		const made = ticks({ from: at(12, 14, 37), until: at(13, 14, 37) }, 6);
		expect(made.map((tick) => tick.text)).toEqual(['16:00', '20:00', '13 Oct', '04:00', '08:00', '12:00']);
	});

	it('of a month are days', () => {
		const made = ticks({ from: at(1, 5), until: at(30, 5) }, 8);
		expect(made.map((tick) => tick.text)).toEqual(['8 Oct', '15 Oct', '22 Oct', '29 Oct']);
	});
});

describe('spanText', () => {
	const now = at(13, 15);
	it.each([
		[at(13, 8, 15), at(13, 10, 30), '08:15 to 10:30'],
		[at(12, 8, 15), at(12, 10, 30), '12 Oct, 08:15 to 10:30'],
		[at(12, 22), at(13, 2), '12 Oct, 22:00 to 13 Oct, 02:00'],
		[at(13, 23), at(14), '23:00 to 00:00'],
		[at(11), at(12), '11 Oct'],
		[at(10), at(12), '10 Oct to 11 Oct'],
	])('of %d and %d is %s', (from, until, text) => expect(spanText({ from, until }, now, 'to')).toBe(text));
});
