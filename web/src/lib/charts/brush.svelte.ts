import type { Span } from './bins';

/** How a span is being chosen with the pointer. */
type Drag =
	{ kind: 'new' | 'from' | 'until'; anchor: number } | { kind: 'move'; grip: number; length: number };

interface Bars {
	/** How many bars there are. */
	readonly count: number;
	/** Where they begin, and how long one is, in ms. */
	readonly from: number;
	readonly length: number;
}

/** The choice of a span over bars: whole bars, by pointer or by keys. Places are bars from 0. */
export class Brush {
	#bars: () => Bars;
	#chosen: () => Span | undefined;
	#drag = $state.raw<Drag>();
	#draft = $state.raw<[number, number]>();
	#moved = false;

	/** `chosen` is the span that stands; what is dragged now goes before it. */
	constructor(bars: () => Bars, chosen: () => Span | undefined) {
		this.#bars = bars;
		this.#chosen = chosen;
	}

	get dragging(): boolean {
		return this.#drag !== undefined;
	}

	/** First bar of the choice, and the one after its last. */
	get places(): [number, number] | undefined {
		if (this.#draft) return this.#draft;
		const span = this.#chosen();
		const { count, from, length } = this.#bars();
		if (!span || length <= 0) return undefined;
		const first = clamp(Math.round((span.from - from) / length), 0, count);
		const after = clamp(Math.round((span.until - from) / length), 0, count);
		return after > first ? [first, after] : undefined;
	}

	get span(): Span | undefined {
		return this.places && this.#spanOf(this.places);
	}

	#spanOf([first, after]: [number, number]): Span {
		const { from, length } = this.#bars();
		return { from: from + first * length, until: from + after * length };
	}

	/** `at` is a place with its fraction, `near` how much of a bar a grip reaches. */
	press(at: number, near: number): void {
		const now = this.places;
		this.#moved = false;
		if (now && Math.abs(at - now[0]) <= near) this.#drag = { kind: 'from', anchor: now[1] };
		else if (now && Math.abs(at - now[1]) <= near) this.#drag = { kind: 'until', anchor: now[0] };
		else if (now && at > now[0] && at < now[1])
			this.#drag = { kind: 'move', grip: at - now[0], length: now[1] - now[0] };
		else {
			this.#drag = { kind: 'new', anchor: at };
			this.#draft = this.#cover(at, at);
		}
	}

	drag(at: number): void {
		const drag = this.#drag;
		if (!drag) return;
		const { count } = this.#bars();
		let next: [number, number];
		if (drag.kind === 'move') {
			const first = clamp(Math.round(at - drag.grip), 0, count - drag.length);
			next = [first, first + drag.length];
		} else if (drag.kind === 'new') next = this.#cover(drag.anchor, at);
		else {
			const edge = clamp(Math.round(at), 0, count);
			const other = edge === drag.anchor ? (drag.kind === 'from' ? edge - 1 : edge + 1) : edge;
			next = [Math.min(drag.anchor, other), Math.max(drag.anchor, other)];
		}
		const was = this.places;
		if (was?.[0] !== next[0] || was[1] !== next[1]) this.#moved = true;
		this.#draft = next;
	}

	/** The bars that two places touch. */
	#cover(a: number, b: number): [number, number] {
		const { count } = this.#bars();
		const first = clamp(Math.floor(Math.min(a, b)), 0, count - 1);
		return [first, clamp(Math.floor(Math.max(a, b)) + 1, first + 1, count)];
	}

	/** Ends the drag: the new choice, undefined for none any more, or null for no change. */
	release(): Span | undefined | null {
		const drag = this.#drag;
		const draft = this.#draft;
		this.#drag = this.#draft = undefined;
		if (!drag) return null;
		// A press inside the choice that moves nothing takes the choice away.
		if (drag.kind === 'move' && !this.#moved) return undefined;
		return draft && (drag.kind === 'new' || this.#moved) ? this.#spanOf(draft) : null;
	}

	cancel(): void {
		this.#drag = this.#draft = undefined;
	}

	/**
	 * The choice after a key: arrows move it, with Shift they widen it to their side, up
	 * and down make it longer and shorter. The first key takes the newest bar. Undefined for other keys.
	 */
	step(key: string, shift: boolean): Span | undefined {
		const { count } = this.#bars();
		const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];
		if (count === 0 || !keys.includes(key)) return undefined;
		if (!this.places) return this.#spanOf([count - 1, count]);
		let [first, after] = this.places;
		const move = (by: number) => {
			const way = clamp(by, -first, count - after);
			first += way;
			after += way;
		};
		if (key === 'Home') move(-first);
		else if (key === 'End') move(count - after);
		else if (key === 'ArrowUp') after = Math.min(count, after + 1);
		else if (key === 'ArrowDown') after = Math.max(first + 1, after - 1);
		else if (!shift) move(key === 'ArrowLeft' ? -1 : 1);
		else if (key === 'ArrowLeft') first = Math.max(0, first - 1);
		else after = Math.min(count, after + 1);
		return this.#spanOf([first, after]);
	}
}

function clamp(n: number, low: number, high: number): number {
	return Math.min(high, Math.max(low, n));
}
