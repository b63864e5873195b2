import { api, ask, type AuditRecord, type Problem } from '$lib/api';

/** What is looked for; empty where it does not matter. */
export interface AuditFilter {
	actor: string;
	verb: string;
	noun: string;
	target: string;
	client: string;
	/** A day of the reader, such as 2026-10-13. */
	from: string;
}

export const fields = ['actor', 'verb', 'noun', 'target', 'client', 'from'] as const;

/** The filter that an address has. */
export function filterOf(search: URLSearchParams): AuditFilter {
	const [actor = '', verb = '', noun = '', target = '', client = '', from = ''] = fields.map(
		(field) => search.get(field) ?? '',
	);
	return { actor, verb, noun, target, client, from };
}

/** The audit, the newest first, page by page. */
export class AuditList {
	#items = $state.raw<AuditRecord[]>();
	#next = $state<number | null>(null);
	#problem = $state.raw<Problem>();
	#loading = $state(false);
	#filter: AuditFilter = filterOf(new URLSearchParams());
	#asked = 0;

	/** Undefined until they are known. */
	get items(): AuditRecord[] | undefined {
		return this.#items;
	}
	get more(): boolean {
		return this.#next !== null;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}
	get loading(): boolean {
		return this.#loading;
	}

	/** Begins anew with a filter. */
	load(filter = this.#filter): Promise<void> {
		this.#filter = filter;
		return this.#read(undefined);
	}

	/** The next page of older records. */
	async older(): Promise<void> {
		if (this.#next !== null && !this.#loading) await this.#read(this.#next);
	}

	async #read(cursor: number | undefined): Promise<void> {
		const asked = ++this.#asked;
		this.#loading = true;
		const { from, ...filter } = this.#filter;
		const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
		const day = from ? new Date(`${from}T00:00`) : undefined;
		const since = day && !Number.isNaN(day.getTime()) ? day.toISOString() : undefined;
		const { data, problem } = await ask(
			api.GET('/api/v1/audit', { params: { query: { ...given, from: since, cursor, limit: 50 } } }),
		);
		if (asked !== this.#asked) return;
		this.#loading = false;
		this.#problem = problem;
		if (!data) return;
		this.#items = cursor === undefined ? data.items : [...(this.#items ?? []), ...data.items];
		this.#next = data.next;
	}
}
