import type { Node } from '$lib/api';
import { clockSeconds, date } from '$lib/time';
import { clockSays, skewed } from './words';

/** Something about a node that must not be overlooked. */
export interface Notice {
	id: 'trouble' | 'offline' | 'skew';
	tone: 'critical' | 'high';
	title: string;
	text: string;
}

/** What must be said before everything else, the worst first. */
export function notices(node: Node, now: number): Notice[] {
	const said: Notice[] = [];
	const trouble = node.health?.trouble;
	if (trouble) {
		said.push({
			id: 'trouble',
			tone: 'critical',
			title: 'The node cannot take in alerts',
			text: `${sentence(trouble)} What its sensors write to files meanwhile is read afterwards.`,
		});
	}
	if (node.state === 'offline' && node.last_seen_time) {
		const heard = node.last_seen_time;
		said.push({
			id: 'offline',
			tone: 'critical',
			title: `Offline since ${clockSeconds(heard)}, ${date(heard, now)}`,
			text: 'Nothing was heard of it since. While it runs it keeps what its sensors find and delivers it later. What stands below is as it was then.',
		});
	}
	if (node.state !== 'revoked' && skewed(node)) {
		said.push({
			id: 'skew',
			tone: 'high',
			title: `The node's clock is ${clockSays(node.clock_skew_ms)}`,
			text: 'Lists are ordered by the corrected time. The times in its alerts stay as they were written. See that both machines keep their time by NTP.',
		});
	}
	return said;
}

function sentence(text: string): string {
	const whole = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
