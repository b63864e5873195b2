import type { Node } from '$lib/api';
import { clockSeconds, date } from '$lib/time';
import { t } from './node.words';
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
			title: t.trouble,
			text: t.troubleText(sentence(trouble)),
		});
	}
	if (node.state === 'offline' && node.last_seen_time) {
		const heard = node.last_seen_time;
		said.push({
			id: 'offline',
			tone: 'critical',
			title: t.offline(clockSeconds(heard), date(heard, now)),
			text: t.offlineText,
		});
	}
	if (node.state !== 'revoked' && skewed(node)) {
		said.push({
			id: 'skew',
			tone: 'high',
			title: t.skew(clockSays(node.clock_skew_ms)),
			text: t.skewText,
		});
	}
	return said;
}

function sentence(text: string): string {
	const whole = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
