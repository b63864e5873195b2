import { exactText, runs, sha256, type Run } from '$lib/alerts/raw-bytes';
import { api, ask, type LedgerRecord, type Problem } from '$lib/api';

/** The bytes of one record as the core holds them, checked against the ledger's hash here. */
export class RecordBytes {
	#bytes = $state.raw<Uint8Array<ArrayBuffer>>();
	#check = $state<'match' | 'differ' | 'unable'>();
	#problem = $state.raw<Problem>();
	#text = $derived(this.#bytes && exactText(this.#bytes));
	#runs = $derived(this.#bytes ? runs(this.#bytes) : []);

	get size(): number | undefined {
		return this.#bytes?.length;
	}
	/** Whether they hash to what the ledger says; undefined until it is known. */
	get check() {
		return this.#check;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}
	/** The exact text; undefined when the bytes are no UTF-8. */
	get text(): string | undefined {
		return this.#text;
	}
	get runs(): Run[] {
		return this.#runs;
	}

	async load(record: LedgerRecord): Promise<void> {
		const { data, problem } = await ask(
			api.GET('/api/v1/alerts/{id}/raw', {
				params: { path: { id: record.alert_id } },
				parseAs: 'arrayBuffer',
			}),
		);
		this.#problem = problem;
		if (!data) return;
		const bytes = new Uint8Array(data);
		this.#bytes = bytes;
		const sum = await sha256(bytes);
		this.#check = sum === undefined ? 'unable' : sum === record.raw_sha256 ? 'match' : 'differ';
	}
}
