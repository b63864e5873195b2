import type { Node } from '$lib/api';

/** What is counted at a glance; new ones are said below, revoked ones not at all. */
const shown: Node['state'][] = ['delivering', 'lagging', 'offline'];

export interface Tally {
	states: { state: Node['state']; nodes: number }[];
	delivered: number;
	waiting: number;
	missing: number;
}

/** How the nodes are, and what they have delivered in all. */
export function tally(nodes: readonly Node[]): Tally {
	const sum = (of: (node: Node) => number) => nodes.reduce((all, node) => all + of(node), 0);
	return {
		states: shown.map((state) => ({ state, nodes: nodes.filter((node) => node.state === state).length })),
		delivered: sum((node) => node.delivered),
		waiting: sum((node) => node.waiting),
		missing: sum((node) => node.missing),
	};
}

const order: Node['state'][] = ['offline', 'lagging', 'new'];

/** Nodes that do not deliver as they should, the worst first and then by name. */
export function troubled(nodes: readonly Node[]): Node[] {
	return nodes
		.filter((node) => order.includes(node.state))
		.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name));
}

/** The nodes in a state. */
export function nodesHref(state: Node['state']): string {
	return `/nodes?${new URLSearchParams({ state })}`;
}
