import type { ClientOverview, Node } from '$lib/api';
import { clockSeconds, date } from '$lib/time';
import { t } from './dashboard.words';

/** How a site stands, in plain words: one sentence, and what it means for its people. */
export interface Standing {
	tone: 'calm' | 'high' | 'critical';
	title: string;
	text: string;
}

/** What is known of a site. */
export interface Known {
	client: Pick<ClientOverview, 'missing' | 'open_by_severity' | 'contacts'>;
	nodes: readonly Pick<Node, 'state' | 'last_seen_time'>[];
	/** Groups that are not resolved and that an analyst has in hand. */
	working: number;
	now: number;
}

/** The worst that is so is said first. */
export function standing({ client, nodes, working, now }: Known): Standing {
	const there = nodes.filter((node) => node.state !== 'revoked');
	const deaf = there.filter((node) => node.state === 'offline' || node.state === 'new');
	if (client.missing > 0) return { tone: 'critical', title: t.missing(client.missing), text: t.missingText };
	if (there.length === 0) return { tone: 'high', title: t.unwatched, text: t.unwatchedText };
	if (deaf.length === there.length) {
		const heard = there
			.map((node) => node.last_seen_time ?? '')
			.sort()
			.at(-1);
		const title = heard ? t.blind(clockSeconds(heard), date(heard, now)) : t.blindNever;
		return { tone: 'critical', title, text: t.blindText };
	}
	const open = client.open_by_severity;
	const serious = (open.critical ?? 0) + (open.high ?? 0);
	const all = Object.values(open).reduce((n, count) => n + count, 0);
	const first = client.contacts[0]?.name;
	const calm = [t.nothingToDo, first ? t.weCall(first) : ''];
	const partly = deaf.length > 0 ? t.partly(deaf.length) : '';
	const say = (tone: Standing['tone'], title: string, ...text: string[]) =>
		({
			tone: partly && tone === 'calm' ? 'high' : tone,
			title,
			text: [...text, partly].filter((sentence) => sentence !== '').join(' '),
		}) satisfies Standing;
	if (working > 0) return say('calm', t.working(working), ...calm);
	if (serious > 0) return say('high', t.serious(serious), ...calm);
	if (all > 0) return say('calm', t.waiting(all), t.notSerious, ...calm);
	return say('calm', t.quiet, t.quietText);
}
