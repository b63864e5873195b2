import { expect, test } from 'vitest';
import { draw } from './draw';

/** The modules that a path darkens, as rows of # and spaces. */
function rows({ size, path }: { size: number; path: string }): string[] {
	const grid = Array.from({ length: size }, () => new Array<string>(size).fill(' '));
	for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
		for (let i = 0; i < Number(width); i++) grid[Number(y)]![Number(x) + i] = '#';
	}
	return grid.map((row) => row.join(''));
}

test('the code has three finders, and room around it', async () => {
	const drawing = await draw('socme');
	expect(drawing.size).toBe(21 + 8);
	const drawn = rows(drawing);
	const finder = ['#######', '#     #', '# ### #', '# ### #', '# ### #', '#     #', '#######'];
	expect(drawn.slice(4, 11).map((row) => row.slice(4, 11))).toEqual(finder);
	expect(drawn.slice(4, 11).map((row) => row.slice(18, 25))).toEqual(finder);
	expect(drawn.slice(18, 25).map((row) => row.slice(4, 11))).toEqual(finder);
	expect(drawn.slice(0, 4).join('') + drawn.slice(-4).join('')).toMatch(/^ +$/);
	expect(drawn.every((row) => row.startsWith('    ') && row.endsWith('    '))).toBe(true);
});

test('another text is another code, and a long one a larger code', async () => {
	const [one, other, long] = await Promise.all([draw('socme'), draw('socmf'), draw('x'.repeat(600))]);
	expect(one.path).not.toBe(other.path);
	expect(long.size).toBeGreaterThan(one.size);
});
