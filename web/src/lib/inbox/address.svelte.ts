import { searchParams } from 'sv-router';
import { navigate } from '../../router';
import type { List } from './columns.svelte';
import type { Reach } from './HistogramPanel.svelte';
import { unresolved } from './unresolved';

/** What the page of alerts shows: all of it is in the address, so that it can be shared. */
export class Address {
	#search = $derived(searchParams.toURLSearchParams());
	#list: List = $derived(this.#search.get('list') === 'alerts' ? 'alerts' : 'groups');
	#query = $derived(this.#search.get('query'));
	#open = $derived(this.#search.get('open') ?? '');
	#reach: Reach = $derived.by(() => {
		const span = this.#search.get('span');
		return span === '7d' || span === '30d' ? span : '24h';
	});

	get list(): List {
		return this.#list;
	}
	get query(): string {
		return this.#query ?? (this.#list === 'alerts' ? '' : unresolved);
	}
	/** It says nothing of a query: the person's own view is shown. */
	get bare(): boolean {
		return this.#query === null && this.#list === 'groups';
	}
	/** The group or alert in the sheet; empty for none. */
	get open(): string {
		return this.#open;
	}
	/** How far back the histogram reaches. */
	get reach(): Reach {
		return this.#reach;
	}

	/** Changes some of it; undefined leaves a part out. */
	go(to: { list?: List; query?: string; open?: string; span?: Reach }, replace = false): void {
		const search = new URLSearchParams(this.#search);
		for (const [key, value] of Object.entries(to)) {
			if (value === undefined || (key === 'open' && value === '')) search.delete(key);
			else search.set(key, value);
		}
		if (search.get('list') === 'groups') search.delete('list');
		if (search.get('span') === '24h') search.delete('span');
		const text = search.toString();
		// The list keeps its own place; to scroll the window would lay the page out at once.
		void navigate('/alerts', { search: text ? `?${text}` : '', replace, scrollToTop: false });
	}
}
