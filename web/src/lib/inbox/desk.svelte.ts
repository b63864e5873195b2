import { session } from '$lib/session/session.svelte';
import type { ShellState } from '$lib/shell/shell.svelte';
import { triage } from '$lib/triage/triage.svelte';
import { viewport } from '$lib/viewport.svelte';
import { views } from '$lib/views/views.svelte';
import { navigate } from '../../router';
import { Address } from './address.svelte';
import { Columns, type List } from './columns.svelte';
import { FacetsOf } from './facets.svelte';
import { Inbox } from './inbox.svelte';
import type { Row } from './line';
import { ListKeys } from './list-keys';

/** What draws the list. */
interface Drawn {
	show(place: number): Promise<void>;
	toTop(): void;
}

/** The page of alerts: its list, cursor, selection and keys. What draws them has no logic. */
export class Desk {
	readonly address = new Address();
	readonly inbox: Inbox;
	readonly keys: ListKeys;
	readonly facets: FacetsOf;
	readonly #shell: ShellState;
	readonly #columns: Record<List, Columns>;
	readonly #columnsOnPhone: Record<List, Columns>;
	#chosen = $state('');
	/** The list is scrolled away from its first row. */
	away = $state(false);
	/** What draws the list, and what takes the query. */
	list: Drawn | undefined;
	write: () => void = () => {};

	constructor(shell: ShellState) {
		this.#shell = shell;
		const user = session.user?.name ?? '';
		this.#columns = { groups: new Columns('groups', user), alerts: new Columns('alerts', user) };
		this.#columnsOnPhone = {
			groups: new Columns('groups', user, true),
			alerts: new Columns('alerts', user, true),
		};
		this.facets = new FacetsOf(
			() => this.address.list,
			() => this.address.query,
		);
		this.inbox = new Inbox({
			feed: () => this.feed,
			query: () => this.address.query,
			row: () => this.rows[this.place],
			next: () => this.#next(),
		});
		this.keys = new ListKeys(this.inbox, {
			move: (by) => this.move(by),
			extend: (by) => this.#extend(by),
			select: (range) => this.select(this.cursor, range),
			open: () => this.#openCursor(),
			page: () => this.#page(this.open),
			write: () => this.write(),
			takeIn: () => void this.takeIn(),
			close: () => this.#escape(),
		});
	}

	get feed() {
		return this.address.list === 'groups' ? this.#shell.groups : this.#shell.feed;
	}
	get rows(): readonly Row[] {
		return this.feed.rows;
	}
	get columns(): Columns {
		return (viewport.phone ? this.#columnsOnPhone : this.#columns)[this.address.list];
	}
	/** What is in the sheet; on a phone there is none but a page. */
	get open(): string {
		return viewport.phone ? '' : this.address.open;
	}
	/** Id of the row under the cursor; empty for none. */
	get cursor(): string {
		return this.open || this.#chosen;
	}
	/** Its place, from 0; negative where it is not in the list. */
	readonly #place = $derived.by(() => {
		const id = this.cursor;
		return id ? this.rows.findIndex((row) => row.id === id) : -1;
	});
	get place(): number {
		return this.#place;
	}
	/** Somebody reads: nothing may move. */
	get reads(): boolean {
		return this.away || this.cursor !== '' || this.inbox.selection.some;
	}

	/** Asks for the person's own view where the address says nothing. */
	async begin(): Promise<void> {
		await views.known();
		if (this.address.bare) this.address.go({ query: views.standard?.query ?? this.address.query }, true);
	}

	ask(query: string): void {
		this.#chosen = '';
		if (query === this.address.query) void this.feed.reload();
		else this.address.go({ query, open: undefined });
		this.list?.toTop();
	}

	/** Shows the other list of the same query. */
	show(list: List): void {
		this.address.go({ list, query: this.address.query, open: undefined });
	}

	/** Selects a row, or no longer; or all rows from the last one up to it. */
	select(id: string, range: boolean): void {
		if (!id || !triage.may) return;
		if (range) this.inbox.selection.range(this.rows, id);
		else this.inbox.selection.toggle(id);
	}

	/** Selects all that are shown, or none. */
	selectShown(): void {
		const { selection } = this.inbox;
		if (selection.some) selection.clear();
		else selection.set(this.rows);
	}

	/** A row was clicked. On a phone its link leads to the page. */
	click(row: Row, event: MouseEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.shiftKey && triage.may) {
			event.preventDefault();
			return this.select(row.id, true);
		}
		this.#chosen = row.id;
		if (viewport.phone) return;
		event.preventDefault();
		event.stopPropagation();
		this.address.go({ open: row.id }, this.open !== '');
	}

	/** Closes the sheet; the cursor stays where it was. */
	close(): void {
		this.#chosen = this.open;
		this.address.go({ open: undefined });
		if (this.place >= 0) void this.list?.show(this.place);
	}

	move(by: number): void {
		this.#moveTo(this.place + by);
	}

	async takeIn(): Promise<void> {
		await this.feed.takeIn();
		this.list?.toTop();
	}

	#moveTo(place: number): void {
		const at = Math.min(this.rows.length - 1, Math.max(0, place));
		const row = this.rows[at];
		if (!row) return;
		this.#chosen = row.id;
		if (this.open) this.address.go({ open: row.id }, true);
		void this.list?.show(at);
	}

	/** To the next row that there is something to do with. */
	#next(): void {
		const next = this.rows.findIndex((row, i) => i > this.place && row.state !== 'resolved');
		if (next >= 0) this.#moveTo(next);
	}

	#extend(by: number): void {
		if (!this.inbox.selection.some) this.select(this.cursor, false);
		this.#moveTo(this.place + by);
		this.select(this.cursor, true);
	}

	#openCursor(): void {
		const row = this.rows[this.place];
		if (!row) return;
		if (!viewport.phone) this.address.go({ open: row.id }, this.open !== '');
		else this.#page(row.id);
	}

	#page(id: string): void {
		if (!id) return;
		const params = { id };
		void (this.address.list === 'groups'
			? navigate('/groups/:id', { params })
			: navigate('/alerts/:id', { params }));
	}

	#escape(): void {
		if (this.open) return this.close();
		this.#chosen = '';
		if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
	}
}
