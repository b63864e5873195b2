import { SvelteMap } from 'svelte/reactivity';
import { api, ask } from '$lib/api';

const fresh = 5 * 60_000; // ms; a logo rarely changes

/** Which clients have a logo, by id: what changes with the picture. Whoever reads clients tells it. */
class Logos {
	#known = new SvelteMap<string, string>();
	#asked = 0;

	/** Where the logo is; undefined where there is none, or it is not known yet. */
	of(id: string): string | undefined {
		const version = this.#known.get(id);
		return version && `/api/v1/clients/${encodeURIComponent(id)}/logo?${version}`;
	}

	/** Somebody is shown: asks the core for all once in a while. */
	want(): void {
		if (Date.now() - this.#asked < fresh) return;
		this.#asked = Date.now();
		void ask(api.GET('/api/v1/clients')).then(({ data }) => {
			if (data) this.learn(data.items);
		});
	}

	learn(clients: readonly { id: string; logo?: string }[]): void {
		for (const { id, logo } of clients) {
			if (this.#known.get(id) !== (logo ?? '')) this.#known.set(id, logo ?? '');
		}
	}
}

export const logos = new Logos();
