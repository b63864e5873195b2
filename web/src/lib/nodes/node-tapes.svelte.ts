import { SvelteMap } from 'svelte/reactivity';
import { api, ask, type TapeCell } from '$lib/api';

const fresh = 60_000; // ms; a cell is an hour, so a minute is soon enough

/** The tapes of the nodes that are listed: each is read when its row is drawn, one at a time. */
export class NodeTapes {
	#tapes = new SvelteMap<string, TapeCell[]>();
	#wanted = new Set<string>();
	#read = new Map<string, number>();
	#busy = false;

	of(id: string): TapeCell[] | undefined {
		return this.#tapes.get(id);
	}

	/** Keeps a node's tape until the returned function is called. */
	want(id: string): () => void {
		this.#wanted.add(id);
		void this.#work();
		return () => this.#wanted.delete(id);
	}

	/** Reads old tapes again while somebody looks. Returns its own stop. */
	follow(): () => void {
		const timer = setInterval(() => {
			if (!document.hidden) void this.#work();
		}, fresh / 4);
		return () => clearInterval(timer);
	}

	async #work(): Promise<void> {
		if (this.#busy) return;
		this.#busy = true;
		for (;;) {
			const id = [...this.#wanted].find((id) => Date.now() - (this.#read.get(id) ?? 0) > fresh);
			if (id === undefined) break;
			this.#read.set(id, Date.now());
			const { data } = await ask(api.GET('/api/v1/nodes/{id}', { params: { path: { id } } }));
			if (data) this.#tapes.set(id, data.tape);
		}
		this.#busy = false;
	}
}
