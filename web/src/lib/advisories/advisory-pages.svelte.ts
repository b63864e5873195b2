import { api, ask, type Advisory, type AdvisoryKind, type Problem } from '$lib/api';

const pageSize = 50;

/** The advisories of one kind that hold some words, page after page. */
export class AdvisoryPages {
	#items = $state.raw<Advisory[]>();
	#problem = $state.raw<Problem>();
	#next = $state.raw<string | null>(null);
	#loading = $state(false);
	#kind: AdvisoryKind;
	#text: string;

	constructor(kind: AdvisoryKind, text: string) {
		this.#kind = kind;
		this.#text = text;
	}

	get items(): Advisory[] | undefined {
		return this.#items;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}
	get loading(): boolean {
		return this.#loading;
	}
	/** There are more. */
	get more(): boolean {
		return this.#next !== null;
	}

	/** Reads the next page; the first one at first. */
	async load(): Promise<void> {
		if (this.#loading) return;
		this.#loading = true;
		const { data, problem } = await ask(
			api.GET('/api/v1/advisories', {
				params: {
					query: {
						kind: this.#kind,
						text: this.#text || undefined,
						limit: pageSize,
						cursor: this.#next ?? undefined,
					},
				},
			}),
		);
		this.#loading = false;
		this.#problem = problem;
		if (!data) return;
		this.#items = [...(this.#items ?? []), ...data.items];
		this.#next = data.next;
	}
}
