import { describe, expect, it } from 'vitest';
import { ceiling, heights, leastCritical, line, paths } from './geometry';

const bin = (counts: Record<string, number>) => ({
	start: 0,
	counts,
	total: Object.values(counts).reduce((a, b) => a + b, 0),
});

describe('ceiling', () => {
	it.each([
		[0, 4],
		[4, 4],
		[5, 5],
		[11, 15],
		[99, 100],
		[101, 150],
		[61_000, 80_000],
	])('of %d is %d', (n, top) => expect(ceiling(n)).toBe(top));
});

describe('heights', () => {
	it('never lets a critical one vanish', () => {
		const parts = heights(bin({ low: 100_000, critical: 1 }), 100_000, 100);
		expect(parts.map((part) => part.severity)).toEqual(['low', 'critical']);
		expect(parts[1]?.px).toBe(leastCritical);
		expect(parts.reduce((all, part) => all + part.px, 0)).toBeLessThanOrEqual(100);
	});

	it('stacks the worst on top, in proportion', () => {
		const parts = heights(bin({ critical: 25, medium: 50, low: 25 }), 100, 200);
		expect(parts).toEqual([
			{ severity: 'low', px: 50 },
			{ severity: 'medium', px: 100 },
			{ severity: 'critical', px: 50 },
		]);
	});
});

describe('paths', () => {
	it('is one path a severity, with a gap of 2 px between bars', () => {
		const drawn = paths([bin({ low: 4 }), bin({}), bin({ low: 2, high: 2 })], 10, 100);
		expect([...drawn.keys()]).toEqual(['low', 'high']);
		expect(drawn.get('low')).toBe('M1 1h8v99h-8zM21 51h8v49h-8z');
		expect(drawn.get('high')).toBe('M21 1h8v49h-8z');
	});
});

describe('line', () => {
	it('stays inside, with nothing to show as well', () => {
		expect(line([0, 0], 84, 28)).toEqual([
			{ x: 3, y: 25 },
			{ x: 81, y: 25 },
		]);
		expect(line([5], 84, 28)[0]).toEqual({ x: 3, y: 3 });
		expect(line([1, 30], 84, 28, 10).at(-1)?.y).toBe(3);
	});
});
