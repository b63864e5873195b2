import type { Group, Severity } from '$lib/api';
import type { Span } from '$lib/charts/bins';

/** What nobody has finished yet. */
export const unresolved = '-is:resolved';
/** What should not wait. */
export const urgent = 'severity>=high';

/** The groups that a query finds. */
export function groupsHref(query: string): string {
	return `/alerts?${new URLSearchParams({ query })}`;
}

/** The alerts, one by one, that a query finds: what the histogram and the top lists count. */
export function alertsHref(query: string): string {
	return `/alerts?${new URLSearchParams({ query, list: 'alerts' })}`;
}

export function groupHref(group: Pick<Group, 'id'>): string {
	return `/groups/${encodeURIComponent(group.id)}`;
}

/** A value as the query language takes it. */
export function quoted(value: string): string {
	return `"${value.replaceAll('"', '""')}"`;
}

/** Alerts of a span of time, to the second. */
export function during(span: Span): string {
	return `after:${moment(span.from)} before:${moment(span.until)}`;
}

/** Alerts since then: the list goes on being live. */
export function since(from: number): string {
	return `after:${moment(from)}`;
}

function moment(time: number): string {
	return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

export function ofSeverity(severity: Severity): string {
	return `severity:${severity} ${unresolved}`;
}
