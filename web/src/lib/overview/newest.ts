import { api, ask, type Group } from '$lib/api';
import { Loaded } from '$lib/loaded.svelte';
import { unresolved, urgent } from './links';

export interface Newest {
	items: Group[];
	/** How many there are in all. */
	total: number;
}

const most = 9;

/** The groups of high and critical severity that are not resolved, the newest first. */
export function newest(): Loaded<Newest> {
	return new Loaded(async () => {
		const result = await ask(
			api.GET('/api/v1/groups', { params: { query: { query: `${urgent} ${unresolved}`, limit: most } } }),
		);
		if (result.problem) return result;
		const { items, count } = result.data;
		return { ...result, data: { items, total: count?.groups ?? items.length } };
	});
}
