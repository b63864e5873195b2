import { api, ask, type LedgerRecord, type Problem } from '$lib/api';

/** Which records are asked for; empty is all. */
export interface RecordFilter {
	node: string;
	lane: '' | LedgerRecord['lane'];
}

/** The records of one client's ledgers, page by page, the newest first. */
export class RecordList {
	#items = $state.raw<LedgerRecord[]>();
	#next = $state<string | null>(null);
	#problem = $state.raw<Problem>();
	#loading = $state(false);
	#asked = 0;
	readonly client: string;
	#filter: RecordFilter = { node: '', lane: '' };

	constructor(client: string) {
		this.client = client;
	}

	get items(): LedgerRecord[] | undefined {
		return this.#items;
	}
	get more(): boolean {
		return this.#next !== null;
	}
	get loading(): boolean {
		return this.#loading;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}

	/** Reads the newest again, with this filter. */
	async load(filter: RecordFilter = this.#filter): Promise<void> {
		this.#filter = filter;
		await this.#read(undefined);
	}

	/** Reads the next page. */
	async loadMore(): Promise<void> {
		if (this.#next !== null && !this.#loading) await this.#read(this.#next);
	}

	async #read(cursor: string | undefined): Promise<void> {
		const asked = ++this.#asked;
		const { node, lane } = this.#filter;
		this.#loading = true;
		const { data, problem } = await ask(
			api.GET('/api/v1/clients/{id}/records', {
				params: {
					path: { id: this.client },
					query: { cursor, node: node || undefined, lane: lane || undefined },
				},
			}),
		);
		if (asked !== this.#asked) return;
		this.#loading = false;
		this.#problem = problem;
		if (!data) return;
		this.#items = cursor === undefined ? data.items : [...(this.#items ?? []), ...data.items];
		this.#next = data.next;
	}
}
