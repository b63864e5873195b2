import { api, ask } from '$lib/api';
import { unresolved } from '$lib/inbox/unresolved';
import { Loaded } from '$lib/loaded.svelte';

/** How much there is of what the side bar leads to. */
export class Counts {
	#clients = new Loaded(() => ask(api.GET('/api/v1/clients')));
	#groups = new Loaded(() =>
		ask(api.GET('/api/v1/groups', { params: { query: { query: unresolved, limit: 1 } } })),
	);
	#nodes = new Loaded(() => ask(api.GET('/api/v1/nodes')));

	/** For a page's path; undefined where it is not known or not counted. */
	of(path: string): number | undefined {
		if (path === '/alerts') return this.#groups.data?.count?.groups;
		if (path === '/clients') return this.#clients.data?.items.length;
		if (path === '/nodes') return this.#nodes.data?.items.length;
		return undefined;
	}

	/** Reads them now and then every minute. Returns its own stop. */
	follow(): () => void {
		const stops = [this.#clients, this.#groups, this.#nodes].map((one) => one.follow(60_000));
		return () => stops.forEach((stop) => stop());
	}
}
