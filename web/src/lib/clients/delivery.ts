import type { Node } from '$lib/api';
import { since, type Delivered } from '$lib/nodes/words';

/** What all nodes of a client delivered, those that were revoked as well. */
export function sum(nodes: readonly Node[]): Delivered {
	const all = { delivered: 0, waiting: 0, alerts: 0, repeated: 0, dropped: 0, missing: 0 };
	for (const node of nodes) {
		for (const key of Object.keys(all) as (keyof Delivered)[]) all[key] += node[key];
	}
	return all;
}

/** When the first of the nodes began to deliver; undefined where there is none. */
export function begun(nodes: readonly Node[]): string | undefined {
	return nodes.map(since).sort()[0];
}
