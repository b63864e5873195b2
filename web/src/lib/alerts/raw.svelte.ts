import { api, ask, type Alert, type Problem } from '$lib/api';
import { exactText, runs, sha256, type Run } from './raw-bytes';
import { pretty, type Line } from './raw-pretty';

type Check = 'match' | 'differ' | 'unable';

/** The line of the sensor, to the byte, and whether it is what the ledger says. */
export class Raw {
	#bytes = $state.raw<Uint8Array<ArrayBuffer>>();
	#check = $state<Check>();
	#problem = $state.raw<Problem>();
	#text = $derived(this.#bytes && exactText(this.#bytes));
	#lines = $derived(this.#text === undefined ? undefined : pretty(this.#text));
	#runs = $derived(this.#bytes ? runs(this.#bytes) : []);

	get size(): number | undefined {
		return this.#bytes?.length;
	}
	/** Whether the bytes that came hash to what the alert says; undefined until it is known. */
	get check(): Check | undefined {
		return this.#check;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}
	/** The exact text; undefined when the bytes are no UTF-8. */
	get text(): string | undefined {
		return this.#text;
	}
	/** The record as a tree; undefined when it is no JSON. */
	get lines(): Line[] | undefined {
		return this.#lines;
	}
	get runs(): Run[] {
		return this.#runs;
	}

	async load(alert: Alert): Promise<void> {
		this.#problem = undefined;
		const { data, problem } = await ask(
			api.GET('/api/v1/alerts/{id}/raw', { params: { path: { id: alert.id } }, parseAs: 'arrayBuffer' }),
		);
		if (!data) {
			this.#problem = problem;
			return;
		}
		const bytes = new Uint8Array(data);
		this.#bytes = bytes;
		const sum = await sha256(bytes);
		this.#check = sum === undefined ? 'unable' : sum === alert.raw_sha256 ? 'match' : 'differ';
	}
}
