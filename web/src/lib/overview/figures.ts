import type { CoreOverview, Severity } from '$lib/api';

/** Groups that nobody has finished. */
export interface Figure {
	groups: number;
	/** Of these, those that nobody has claimed. */
	unclaimed: number;
	/** When the one that waits longest began; empty if none waits for somebody. */
	oldest: string;
}

/** The severities that have a card of their own. */
export const carded: Severity[] = ['critical', 'high', 'medium', 'low'];

/** What waits of a severity. */
export function figureOf(overview: CoreOverview, severity: Severity): Figure {
	const found = overview.severities.find((each) => each.severity === severity);
	return {
		groups: found?.groups ?? 0,
		unclaimed: found?.unclaimed_groups ?? 0,
		oldest: found?.oldest_time ?? '',
	};
}

/** What waits of high and critical severity. */
export function urgentFigure(overview: CoreOverview): Figure {
	const oldest = ['critical', 'high']
		.map((severity) => overview.severities.find((each) => each.severity === severity)?.oldest_time)
		.filter((time) => time !== undefined)
		.sort();
	return {
		groups: overview.urgent.groups,
		unclaimed: overview.urgent.unclaimed_groups,
		oldest: oldest[0] ?? '',
	};
}
