import { SvelteMap } from 'svelte/reactivity';

/** Which clients have a logo, by id: what changes with the picture. Whoever reads clients tells it. */
class Logos {
	#known = new SvelteMap<string, string>();

	/** Where the logo is; undefined where there is none, or it is not known yet. */
	of(id: string): string | undefined {
		const version = this.#known.get(id);
		return version && `/api/v1/clients/${encodeURIComponent(id)}/logo?${version}`;
	}

	learn(clients: readonly { id: string; logo?: string }[]): void {
		for (const { id, logo } of clients) {
			if (this.#known.get(id) !== (logo ?? '')) this.#known.set(id, logo ?? '');
		}
	}
}

export const logos = new Logos();
