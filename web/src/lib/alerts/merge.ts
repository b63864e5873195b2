import type { Alert } from '$lib/api';

/**
 * Merges alerts into a list that is newest first, each once. Ids begin with the event's
 * time, so their order is that of the list. What is older than `floor` is left out: it
 * belongs to a page that was not read yet.
 */
export function merge(rows: readonly Alert[], more: readonly Alert[], floor = ''): Alert[] {
	const known = new Set(rows.map((row) => row.id));
	const added: Alert[] = [];
	for (const alert of more) {
		if (known.has(alert.id) || alert.id < floor) continue;
		known.add(alert.id);
		added.push(alert);
	}
	if (added.length === 0) return [...rows];
	added.sort((a, b) => (a.id < b.id ? 1 : -1));
	const out: Alert[] = [];
	let next = 0;
	for (const row of rows) {
		for (let a = added[next]; a && a.id > row.id; a = added[++next]) out.push(a);
		out.push(row);
	}
	return out.concat(added.slice(next));
}
