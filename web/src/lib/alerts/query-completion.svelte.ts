import { api, ask } from '$lib/api';
import { taken, type Choice, type Written } from './query-choice';
import type { QueryHistory } from './query-history.svelte';

/** What may be taken: a part for the cursor's place, or a whole query that was asked before. */
export interface Offer extends Choice {
	whole?: true;
}

/** What may stand at the cursor of the query box. */
export class QueryCompletion {
	#items = $state.raw<Offer[]>([]);
	#active = $state(-1);
	#for: Written = { text: '', cursor: 0 };
	#span = { start: 0, end: 0 };
	#asked = 0;
	readonly history: QueryHistory;

	constructor(history: QueryHistory) {
		this.history = history;
	}

	get items(): Offer[] {
		return this.#items;
	}
	get open(): boolean {
		return this.#items.length > 0;
	}
	/** The choice that the arrows have reached, -1 for none. */
	get active(): number {
		return this.#active;
	}

	/** Asks the core. What was asked before and comes later is dropped. */
	async ask(written: Written): Promise<void> {
		const asked = ++this.#asked;
		const at = [...written.text.slice(0, written.cursor)].length;
		const { data } = await ask(
			api.GET('/api/v1/query/complete', { params: { query: { query: written.text, at } } }),
		);
		if (asked !== this.#asked) return;
		this.#active = -1;
		this.#for = written;
		this.#span = { start: data?.start ?? 0, end: data?.end ?? 0 };
		const there = [...written.text].slice(this.#span.start, this.#span.end).join('');
		const items = data?.items ?? [];
		// What is written already needs no list.
		const parts = items.length === 1 && items[0]?.text === there ? [] : items;
		this.#items = [...parts, ...this.#before(written.text, 3)];
	}

	/** Offers what was asked before, and nothing else. */
	recall(): void {
		this.#asked++;
		this.#active = -1;
		this.#items = this.#before('', 8);
	}

	move(by: number): void {
		const count = this.#items.length;
		// One place more than there are choices: none is chosen there.
		this.#active = ((this.#active + 1 + by + count + 1) % (count + 1)) - 1;
	}

	/** The text with the choice in it; the first one if none is given. */
	take(index = Math.max(this.#active, 0)): (Written & { whole: boolean }) | undefined {
		const choice = this.#items[index];
		if (!choice) return undefined;
		const whole = choice.whole === true;
		const written = whole
			? { text: choice.text, cursor: choice.text.length }
			: taken(this.#for.text, this.#span, choice);
		this.close();
		return { ...written, whole };
	}

	close(): void {
		this.#asked++;
		this.#items = [];
		this.#active = -1;
	}

	#before(text: string, limit: number): Offer[] {
		return this.history.find(text, limit).map((query) => ({ text: query, open: false, whole: true }));
	}
}
