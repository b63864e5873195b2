import { taken } from '$lib/shell/keys';
import type { Inbox } from './inbox.svelte';

interface Hands {
	move(by: number): void;
	/** Moves, and selects what is passed. */
	extend(by: number): void;
	/** Selects the row under the cursor, or all rows up to it. */
	select(range: boolean): void;
	open(): void;
	/** Opens what is in the sheet as a page. */
	page(): void;
	/** Goes to the query. */
	write(): void;
	takeIn(): void;
	close(): void;
}

/** The keys of a list of alerts; those of triage come first. */
export class ListKeys {
	#inbox: Inbox;
	#keys: Record<string, () => void>;

	constructor(inbox: Inbox, hands: Hands) {
		this.#inbox = inbox;
		this.#keys = {
			j: () => hands.move(1),
			ArrowDown: () => hands.move(1),
			k: () => hands.move(-1),
			ArrowUp: () => hands.move(-1),
			J: () => hands.extend(1),
			K: () => hands.extend(-1),
			x: () => hands.select(false),
			X: () => hands.select(true),
			A: () => inbox.selection.chooseAll(),
			n: hands.takeIn,
			o: hands.page,
			'/': hands.write,
			Enter: hands.open,
			Escape: () => {
				if (!inbox.cancel()) hands.close();
			},
		};
	}

	press(event: KeyboardEvent): void {
		if (taken(event)) return;
		const enter = event.key === 'Enter';
		// Enter belongs to the button or link that has the focus, unless it is a row. While a
		// step waits for a yes only what is asked there has it.
		const target = event.target instanceof HTMLElement ? event.target : undefined;
		const focused = target?.closest('a, button');
		const elsewhere = this.#inbox.plan ? !focused?.closest('[data-plan]') : focused?.closest('[role=row]');
		if (enter && focused && !elsewhere) return;
		if (this.#inbox.plan) {
			if (enter) void this.#inbox.confirm();
			else if (event.key === 'Escape') this.#inbox.cancel();
			else return;
		} else if (this.#inbox.keys.press(event)) return;
		else {
			const act = this.#keys[event.key];
			if (!act) return;
			act();
		}
		event.preventDefault();
	}
}
