import type { Head, Node, Withheld } from '$lib/api';
import { count } from '$lib/number';
import { hop, span } from '$lib/time';

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
	return node.heads.find((head) => head.current && head.lane === lane);
}

/** Since when the node delivers: its first epoch, or its enrolment. */
export function since(node: Node): string {
	return node.heads.reduce(
		(first, head) => (head.opened_time < first ? head.opened_time : first),
		node.enrolled_time,
	);
}

/** Two machines' clocks may differ by this much, in ms, before it is said. */
const skewLimit = 2000;

/** Whether the node's clock and the core's do not agree. */
export function skewed(node: Node): boolean {
	return Math.abs(node.clock_skew_ms) > skewLimit;
}

/** How far a clock is from the core's, and to which side: "4.20 s behind the core's". */
export function clockSays(skew: number): string {
	return `${span(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} the core's`;
}

/** A small mark in a node's row: what is wrong although it may deliver. */
export interface RowMark {
	text: string;
	/** The whole of it. */
	says: string;
	bad: boolean;
}

/** What a node's row says beside its state, the worst first. */
export function rowMarks(node: Node): RowMark[] {
	const marks: RowMark[] = [];
	if (node.health?.trouble) {
		marks.push({ text: 'outbox in trouble', says: node.health.trouble, bad: true });
	}
	if (node.state !== 'revoked' && skewed(node)) {
		const says = `Its clock is ${clockSays(node.clock_skew_ms)}`;
		marks.push({ text: `clock ${hop(node.clock_skew_ms)}`, says, bad: false });
	}
	return marks;
}

const kinds: Record<string, string> = {
	suricata: 'Suricata',
	'suricata-socket': 'Suricata socket',
	wazuh: 'Wazuh',
	'wazuh-indexer': 'Wazuh indexer',
};

/** The name of a kind of source. */
export function kindName(kind: string): string {
	return kinds[kind] ?? kind;
}

const reasons: Record<Withheld['why'], string> = {
	filter: 'Filter',
	budget: 'Budget',
	quota: 'Quota',
};

/** Why the node did not deliver, in a word. */
export function whyWord(why: Withheld['why']): string {
	return reasons[why];
}

const meanings: Record<Withheld['why'], string> = {
	filter: 'a filter in node.toml keeps it back',
	budget: 'the rule had fired more often than an hour allows',
	quota: 'the outbox was full: the raw lines are gone',
};

/** What was done with it: the filter's own reason, or what the word means. */
export function whyText(withheld: Withheld): string {
	return withheld.reason || meanings[withheld.why];
}
