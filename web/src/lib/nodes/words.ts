import type { Head, Node, Withheld } from '$lib/api';
import { hop, span } from '$lib/time';
import { t as health } from './health.words';
import { t } from './nodes.words';

/** All that a node has told of: what was delivered, what it still holds, and what is gone. */
export function told(node: Node): number {
	return node.delivered + node.waiting + node.missing;
}

/** "12,311 of 12,311 delivered": exact, never a percentage. */
export function deliveredOf(node: Node): string {
	return t.deliveredOf(node.delivered, told(node));
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
	return skew > 0 ? t.ahead(span(skew)) : t.behind(span(-skew));
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
		marks.push({ text: t.outboxTrouble, says: node.health.trouble, bad: true });
	}
	if (node.state !== 'revoked' && skewed(node)) {
		const says = t.clockIs(clockSays(node.clock_skew_ms));
		marks.push({ text: t.clock(hop(node.clock_skew_ms)), says, bad: false });
	}
	return marks;
}

/** The name of a kind of source. */
export function kindName(kind: string): string {
	return kind in t.kind ? t.kind[kind as keyof typeof t.kind] : kind;
}

/** What was done with it: the filter's own reason, or what the word means. */
export function whyText(withheld: Withheld): string {
	return withheld.reason || health.whyMeans[withheld.why];
}
