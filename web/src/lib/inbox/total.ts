import type { AlertFeed } from '$lib/alerts/alert-feed.svelte';
import { count } from '$lib/number';
import type { GroupFeed } from './group-feed.svelte';
import { t } from './inbox.words';

type Feed = AlertFeed | GroupFeed;

/** "47 groups, 2,313 alerts", or how many are shown where nobody counts them. */
export function countWords(feed: Feed): string {
	if (feed.loading || feed.problem) return '';
	if (!('count' in feed)) return t.shown(feed.rows.length);
	const all = feed.count;
	if (!all) return '';
	const words = `${t.nGroups(all.groups)}, ${t.nAlerts(all.alerts)}`;
	return all.complete ? words : t.atLeast(words);
}

/** How many the filter finds: "47"; empty where that is not known or no more than is shown. */
export function totalWords(feed: Feed): string {
	if (!('count' in feed) || !feed.count) return feed.complete ? count(feed.rows.length) : '…';
	const { groups, complete } = feed.count;
	return complete ? count(groups) : `${count(groups)}+`;
}
