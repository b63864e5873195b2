import type { Alert } from '$lib/api';
import { endpoint, ruleName, sourceOf, timeOf } from '$lib/alerts/words';
import type { GroupRow } from './group-feed.svelte';

/** What a list shows: a group, or an alert. */
export type Row = Alert | GroupRow;

/** A row as it is drawn, whichever it is of. */
export interface Line {
	id: string;
	href: string;
	severity: Alert['severity'];
	state: Alert['state'];
	client: string;
	clientID: string;
	demo: boolean;
	rule: string;
	number: string;
	source: string;
	destination: string;
	node: string;
	/** How many alerts; 0 for an alert itself. */
	alerts: number;
	witnesses: number;
	owner: string;
	/** Empty where the time could not be read. */
	first: string;
	last: string;
}

export function isGroup(row: Row): row is GroupRow {
	return 'alerts' in row;
}

export function lineOf(row: Row): Line {
	const line = {
		id: row.id,
		severity: row.severity,
		state: row.state,
		client: row.client,
		clientID: row.client_id,
		demo: row.demo,
		rule: ruleName(row),
		number: row.rule.id,
		owner: row.owner ?? '',
	};
	if (isGroup(row))
		return {
			...line,
			href: `/groups/${row.id}`,
			source: row.source,
			destination: row.destination,
			node: '',
			alerts: row.alerts,
			witnesses: 0,
			first: row.first_time ?? '',
			last: row.last_time ?? '',
		};
	return {
		...line,
		href: `/alerts/${row.id}`,
		source: sourceOf(row),
		destination: endpoint(row.destination),
		node: row.node,
		alerts: 0,
		witnesses: row.witnesses ?? 0,
		first: '',
		last: timeOf(row),
	};
}
