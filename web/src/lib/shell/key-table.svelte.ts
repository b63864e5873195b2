import { untrack } from 'svelte';
import { taken } from './keys';

/** A key of a page: what the key sheet shows, and what it does. */
export interface Key {
	/** As on the caps: `['j']`, `['g', 'a']` for one after the other. */
	caps: string[];
	does: string;
	/** Other keys that do the same, by `KeyboardEvent.key`. */
	also?: string[];
	/** False when there was nothing to do: the key is then left to others. */
	run?: () => unknown;
}

export interface KeyGroup {
	title: string;
	keys: Key[];
}

const names: Record<string, string> = { Esc: 'Escape', '↓': 'ArrowDown', '↑': 'ArrowUp' };
/** How long the second key of two may take. */
const patience = 1500;

/** Every key that does something now. The sheet and the keyboard read the same table. */
export class KeyTable {
	#groups = $state.raw<(() => KeyGroup)[]>([]);
	#first = $state('');
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** The newest last; titles follow the language. */
	get groups(): KeyGroup[] {
		return this.#groups.map((group) => group());
	}
	/** The first key of two, while the second is waited for. */
	get first(): string {
		return this.#first;
	}

	/** Adds a page's keys. Returns its own stop. */
	add(group: () => KeyGroup): () => void {
		this.#groups = [...this.#groups, group];
		return () => (this.#groups = this.#groups.filter((other) => other !== group));
	}

	/** Two keys, one after the other; before any page sees the second. */
	chord = (event: KeyboardEvent): void => {
		const first = this.#first;
		if (isModifier(event.key)) return;
		this.#wait('');
		if (taken(event)) return;
		if (first) {
			if (this.#run((key) => key.caps.length === 2 && key.caps[0] === first && key.caps[1] === event.key))
				swallow(event);
		} else if (this.#any((key) => key.run && key.caps.length === 2 && key.caps[0] === event.key)) {
			this.#wait(event.key);
			swallow(event);
		}
	};

	/** A single key, for the page that was opened last. */
	press = (event: KeyboardEvent): void => {
		if (taken(event) || onControl(event)) return;
		const is = (cap: string | undefined) => cap !== undefined && (names[cap] ?? cap) === event.key;
		const ran = this.#run(
			(key) => (key.caps.length === 1 && is(key.caps[0])) || (key.also ?? []).includes(event.key),
		);
		if (ran) event.preventDefault();
	};

	#any(fits: (key: Key) => unknown): boolean {
		return this.groups.some((group) => group.keys.some(fits));
	}

	#run(fits: (key: Key) => boolean): boolean {
		const keys = this.groups.reverse().flatMap((group) => group.keys);
		return keys.some((key) => key.run && fits(key) && key.run() !== false);
	}

	#wait(first: string): void {
		clearTimeout(this.#timer);
		this.#first = first;
		if (first) this.#timer = setTimeout(() => (this.#first = ''), patience);
	}
}

export const keyTable = new KeyTable();

/** The keys of a page, for as long as it is shown. Call it where the component begins. */
export function useKeys(group: () => KeyGroup): void {
	// Adding reads the table: without untrack each page's keys would add the others' again.
	$effect(() => untrack(() => keyTable.add(group)));
}

function isModifier(key: string): boolean {
	return key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta';
}

function swallow(event: KeyboardEvent): void {
	event.preventDefault();
	event.stopPropagation();
}

/** Enter and space belong to the button or link that has the focus, unless it is a row of a list. */
function onControl(event: KeyboardEvent): boolean {
	if (event.key !== 'Enter' && event.key !== ' ') return false;
	const target = event.target instanceof HTMLElement ? event.target : undefined;
	return Boolean(target?.closest('a, button, summary') && !target.closest('[role=row]'));
}
