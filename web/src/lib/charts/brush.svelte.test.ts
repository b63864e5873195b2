import { describe, expect, it } from 'vitest';
import type { Span } from './bins';
import { Brush } from './brush.svelte';

// Ten bars of 10 ms from 100.
function brush(chosen?: Span) {
	let span = chosen;
	const made = new Brush(
		() => ({ count: 10, from: 100, length: 10 }),
		() => span,
	);
	return { made, choose: (next: Span | undefined) => (span = next) };
}

describe('Brush with a pointer', () => {
	it('chooses the bars that a drag touches, either way', () => {
		const { made } = brush();
		made.press(5.5, 0.5);
		made.drag(2.1);
		expect(made.places).toEqual([2, 6]);
		expect(made.release()).toEqual({ from: 120, until: 160 });
	});

	it('chooses one bar by a press alone', () => {
		const { made } = brush();
		made.press(3.2, 0.5);
		expect(made.release()).toEqual({ from: 130, until: 140 });
	});

	it('moves as a whole, and stops at the ends', () => {
		const { made } = brush({ from: 120, until: 160 });
		made.press(4, 0.5);
		made.drag(5);
		expect(made.places).toEqual([3, 7]);
		made.drag(50);
		expect(made.release()).toEqual({ from: 160, until: 200 });
	});

	it('is pulled by a grip, also past the other one, and never is empty', () => {
		const { made } = brush({ from: 120, until: 160 });
		made.press(6.2, 0.5);
		made.drag(8);
		expect(made.places).toEqual([2, 8]);
		made.drag(2);
		expect(made.places).toEqual([2, 3]);
		made.drag(0);
		expect(made.release()).toEqual({ from: 100, until: 120 });
	});

	it('is taken away by a press inside that moves nothing', () => {
		const { made } = brush({ from: 120, until: 160 });
		made.press(4, 0.5);
		made.drag(4.1);
		expect(made.release()).toBeUndefined();
	});

	it('says null where nothing changed', () => {
		const { made } = brush({ from: 120, until: 160 });
		expect(made.release()).toBeNull();
		made.press(2, 0.5);
		expect(made.release()).toBeNull();
	});
});

describe('Brush with keys', () => {
	const keys = (start: Span | undefined, ...pressed: string[]) => {
		const { made, choose } = brush(start);
		for (const key of pressed) choose(made.step(key.replace('Shift+', ''), key.startsWith('Shift+')));
		return made.places;
	};

	it.each([
		['the first key takes the newest bar', undefined, ['ArrowLeft'], [9, 10]],
		['arrows move', { from: 120, until: 160 }, ['ArrowRight', 'ArrowRight', 'ArrowLeft'], [3, 7]],
		['Shift widens to its side', { from: 120, until: 160 }, ['Shift+ArrowLeft', 'Shift+ArrowRight'], [1, 7]],
		['down narrows, to one bar at least', { from: 120, until: 140 }, ['ArrowDown', 'ArrowDown'], [2, 3]],
		['the ends are the ends', { from: 120, until: 160 }, ['End', 'ArrowRight'], [6, 10]],
		['and the beginning', { from: 120, until: 160 }, ['Home', 'ArrowLeft', 'Shift+ArrowLeft'], [0, 4]],
	] as const)('%s', (_, start, pressed, places) => expect(keys(start, ...pressed)).toEqual(places));

	it('leaves other keys alone', () => {
		expect(brush().made.step('a', false)).toBeUndefined();
	});
});
