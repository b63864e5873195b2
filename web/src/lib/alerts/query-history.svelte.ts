const most = 12;

/** The queries that a person asked last, kept in this browser. */
export class QueryHistory {
	readonly #key: string;
	#queries = $state.raw<readonly string[]>([]);

	constructor(user: string) {
		this.#key = `socme-queries ${user}`;
		this.#queries = this.#stored();
	}

	/** Those that hold the text, the last one first, without the text itself. */
	find(text: string, limit: number): string[] {
		const part = text.trim().toLowerCase();
		return this.#queries
			.filter((one) => one !== text.trim() && one.toLowerCase().includes(part))
			.slice(0, limit);
	}

	add(query: string): void {
		if (!query) return;
		this.#keep([query, ...this.#queries.filter((one) => one !== query)].slice(0, most));
	}

	#keep(queries: readonly string[]): void {
		this.#queries = queries;
		try {
			localStorage.setItem(this.#key, JSON.stringify(queries));
		} catch {
			// Storage can be forbidden; the list then lasts as long as the page.
		}
	}

	#stored(): string[] {
		try {
			const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? '[]');
			return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, most) : [];
		} catch {
			return [];
		}
	}
}
