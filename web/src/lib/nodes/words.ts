import type { Head, Node } from '$lib/api';
import { count } from '$lib/number';

const words: Record<Node['state'], string> = {
	new: 'New',
	delivering: 'Delivering',
	lagging: 'Lagging',
	offline: 'Offline',
	revoked: 'Revoked',
};

/** The word of a node's state. */
export function stateWord(state: Node['state']): string {
	return words[state];
}

/** All that a node has told of: what was delivered, what it still holds, and what is gone. */
export function told(node: Node): number {
	return node.delivered + node.waiting + node.missing;
}

/** "12,311 of 12,311 delivered": exact, never a percentage. */
export function deliveredOf(node: Node): string {
	return `${count(node.delivered)} of ${count(told(node))} delivered`;
}

/** The newest epoch's head of a lane. */
export function currentHead(node: Node, lane: Head['lane']): Head | undefined {
	return node.heads?.find((head) => head.current && head.lane === lane);
}

/** Since when the node delivers: its first epoch, or its enrolment. */
export function since(node: Node): string {
	return (node.heads ?? []).reduce(
		(first, head) => (head.opened_time < first ? head.opened_time : first),
		node.enrolled_time,
	);
}

/** Two machines' clocks may differ by this much, in ms, before it is said. */
export const skewLimit = 2000;

/** The name of a kind of source. */
export function kindName(kind: string): string {
	return { suricata: 'Suricata', wazuh: 'Wazuh' }[kind] ?? kind;
}
