/** The rows that are chosen for a step: some by their ids, or all that the filter finds. */
export class Selection {
	#ids = $state.raw<ReadonlySet<string>>(new Set());
	#all = $state(false);
	#anchor = '';

	get ids(): ReadonlySet<string> {
		return this.#ids;
	}
	/** Everything that the filter finds, also what is not shown. */
	get all(): boolean {
		return this.#all;
	}
	get some(): boolean {
		return this.#all || this.#ids.size > 0;
	}

	has(id: string): boolean {
		return this.#all || this.#ids.has(id);
	}

	/** Chooses a row, or no longer. A range begins at it. */
	toggle(id: string): void {
		const next = new Set(this.#ids);
		if (!next.delete(id)) next.add(id);
		this.#ids = next;
		this.#all = false;
		this.#anchor = id;
	}

	/** Chooses all rows from the one that was chosen last to this one. */
	range(rows: readonly { id: string }[], id: string): void {
		const from = rows.findIndex((row) => row.id === this.#anchor);
		const to = rows.findIndex((row) => row.id === id);
		if (from < 0 || to < 0) return this.toggle(id);
		const between = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
		this.#ids = new Set([...this.#ids, ...between.map((row) => row.id)]);
		this.#all = false;
	}

	/** Chooses these rows, and only them. */
	set(rows: readonly { id: string }[]): void {
		this.#ids = new Set(rows.map((row) => row.id));
		this.#all = false;
	}

	chooseAll(): void {
		this.#all = true;
	}

	clear(): void {
		if (this.some) this.#ids = new Set();
		this.#all = false;
	}
}
