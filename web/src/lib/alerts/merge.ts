import type { Alert } from '$lib/api';

/**
 * Merges alerts into a list that is newest first, each once. The order is that of the sort
 * keys; who an alert is, its id says. An alert that is in the list already takes the place
 * of what was known of it. Of several with one id the last counts. What is older than
 * `floor`, a sort key, is left out: it belongs to a page that was not read yet.
 */
export function merge(rows: readonly Alert[], more: readonly Alert[], floor = ''): Alert[] {
	const latest = new Map(more.map((alert) => [alert.id, alert]));
	const kept: Alert[] = [];
	for (const row of rows) {
		const now = latest.get(row.id);
		if (!now) kept.push(row);
		else if (now.sort_key === row.sort_key) {
			kept.push(now);
			latest.delete(row.id);
		}
	}
	const added = [...latest.values()].filter((alert) => alert.sort_key >= floor);
	added.sort((a, b) => (a.sort_key < b.sort_key ? 1 : a.sort_key > b.sort_key ? -1 : 0));
	const out: Alert[] = [];
	let next = 0;
	for (const row of kept) {
		for (let a = added[next]; a && a.sort_key > row.sort_key; a = added[++next]) out.push(a);
		out.push(row);
	}
	return out.concat(added.slice(next));
}

/** Whether a list holds the alert, at the place where it still belongs. */
export function holds(rows: readonly Alert[]): (alert: Alert) => boolean {
	const places = new Map(rows.map((row) => [row.id, row.sort_key]));
	return (alert) => places.get(alert.id) === alert.sort_key;
}

/** The list with what is newly known of its alerts. None is added and none moves. */
export function renew(rows: readonly Alert[], more: readonly Alert[]): readonly Alert[] {
	const known = more.filter(holds(rows));
	return known.length === 0 ? rows : merge(rows, known);
}
