import { describe, expect, it } from 'vitest';
import { barLength, bins, bucketFor, fit, floorLocal, merge, sum } from './bins';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse('2026-10-13T10:00:00Z');
const bucket = (at: number, severities: Record<string, number>) => ({
	time: new Date(at).toISOString(),
	severities,
});

describe('barLength', () => {
	it.each([
		[hour, minute],
		[24 * hour, 15 * minute],
		[7 * 24 * hour, 2 * hour],
		[30 * 24 * hour, 8 * hour],
		[400 * 24 * hour, 7 * 24 * hour],
	])('of %d ms is %d ms', (span, length) => {
		expect(barLength({ from: start, until: start + span })).toBe(length);
	});

	it('asks for buckets that fit into it', () => {
		expect([minute, 15 * minute, hour, 8 * hour].map(bucketFor)).toEqual([60, 60, 3600, 3600]);
	});
});

describe('bins', () => {
	const span = { from: start, until: start + hour };
	const histogram = {
		buckets: [
			bucket(start, { high: 1 }),
			bucket(start + 14 * minute, { high: 1, low: 3 }),
			bucket(start + 45 * minute, { critical: 1 }),
			bucket(start + hour, { low: 100 }), // after the span
		],
	};

	it('adds up what falls into a bar, and leaves no bar out', () => {
		const made = bins(histogram, span, 15 * minute);
		expect(made.map((bin) => bin.total)).toEqual([5, 0, 0, 1]);
		expect(made[0]?.counts).toEqual({ high: 2, low: 3 });
		expect(made[3]).toEqual({ start: start + 45 * minute, counts: { critical: 1 }, total: 1 });
	});

	it('merges neighbours without a change to what was given', () => {
		const made = bins(histogram, span, 15 * minute);
		expect(merge(made, 3).map((bin) => bin.total)).toEqual([5, 1]);
		expect(made[0]?.total).toBe(5);
		expect(merge(made, 2)[1]?.start).toBe(start + 30 * minute);
	});

	it('sums a span, its end not included', () => {
		const made = bins(histogram, span, 15 * minute);
		expect(sum(made, { from: start, until: start + 45 * minute }).total).toBe(5);
		expect(sum(made, span).counts).toEqual({ high: 2, low: 3, critical: 1 });
	});
});

describe('fit', () => {
	it('counts all that the core counted', () => {
		const buckets = Array.from({ length: 200 }, (_, i) => bucket(start + i * minute, { low: i }));
		const made = fit({
			from: new Date(start).toISOString(),
			until: new Date(start + 200 * minute).toISOString(),
			seconds: 60,
			buckets,
			total: 19_900,
			complete: true,
		});
		expect(made.length).toBe(5 * minute);
		expect(made.bins.reduce((all, bin) => all + bin.total, 0)).toBe(19_900);
		expect(made.bins).toHaveLength(40);
	});
});

describe('floorLocal', () => {
	it("goes by the reader's midnight", () => {
		const at = new Date(2026, 6, 4, 13, 45);
		expect(new Date(floorLocal(at.getTime(), 8 * hour)).getHours()).toBe(8);
		expect(new Date(floorLocal(at.getTime(), 24 * hour))).toEqual(new Date(2026, 6, 4));
	});
});
