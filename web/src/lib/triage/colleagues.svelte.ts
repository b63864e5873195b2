import { api, ask, type Colleague } from '$lib/api';

/** Who may work on a client's alerts: read once for each client, when somebody is to be named. */
class Colleagues {
	#of = $state.raw<ReadonlyMap<string, readonly Colleague[]>>(new Map());
	#asked = new Set<string>();

	/** The names, as far as they are known. */
	of(client: string): string[] {
		return (this.#of.get(client) ?? []).map(({ name }) => name);
	}

	/** Reads them if nobody has; without them nobody is offered, and nothing else is lost. */
	need(client: string): void {
		if (client === '' || this.#asked.has(client)) return;
		this.#asked.add(client);
		void this.#read(client);
	}

	async #read(client: string): Promise<void> {
		const { data } = await ask(
			api.GET('/api/v1/clients/{id}/colleagues', { params: { path: { id: client } } }),
		);
		if (data) this.#of = new Map([...this.#of, [client, data.items]]);
		else this.#asked.delete(client);
	}
}

export const colleagues = new Colleagues();
