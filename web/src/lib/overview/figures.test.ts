import { describe, expect, it } from 'vitest';
import type { ClientOverview, CoreOverview } from '$lib/api';
import { byNeed, cellsOf, openOf } from './clients';
import { figureOf, urgentFigure } from './figures';
import { alertsHref, during, groupsHref, quoted } from './links';
import { choiceOf, periodOf, within } from './span';

const waiting = { groups: 0, open_groups: 0, unclaimed_groups: 0, open_alerts: 0, unclaimed_alerts: 0 };
const overview: CoreOverview = {
	time: '2026-10-13T14:31:52Z',
	totals: waiting,
	urgent: { ...waiting, groups: 11, unclaimed_groups: 6 },
	severities: [
		{ ...waiting, severity: 'critical', groups: 2, unclaimed_groups: 1, oldest_time: '2026-10-13T14:29:00Z' },
		{ ...waiting, severity: 'high', groups: 9, unclaimed_groups: 5, oldest_time: '2026-10-13T13:50:00Z' },
	],
	claims: { since: '2026-10-13T00:00:00Z', count: 0, median_seconds: 0 },
	nodes: { delivering: 1, lagging: 0, offline: 0, new: 0 },
	clients: [],
};

function client(name: string, open: Record<string, number>): ClientOverview {
	return {
		id: name,
		name,
		demo: false,
		nodes: 1,
		created_time: '',
		contacts: [],
		notes: '',
		waiting,
		open_by_severity: open,
		node_states: overview.nodes,
		delivered: 0,
		waiting_records: 0,
		missing: 0,
		tape: ['empty', 'delivered', 'late'],
	};
}

describe('figures', () => {
	it('are of one severity, nought where the core says nothing', () => {
		expect(figureOf(overview, 'high')).toEqual({ groups: 9, unclaimed: 5, oldest: '2026-10-13T13:50:00Z' });
		expect(figureOf(overview, 'low')).toEqual({ groups: 0, unclaimed: 0, oldest: '' });
	});

	it('of what is urgent have the oldest of both severities', () => {
		expect(urgentFigure(overview)).toEqual({ groups: 11, unclaimed: 6, oldest: '2026-10-13T13:50:00Z' });
	});
});

describe('clients', () => {
	it('come by their worst, and then by name', () => {
		const made = byNeed([
			client('b', {}),
			client('a', {}),
			client('d', { medium: 9 }),
			client('c', { critical: 1 }),
		]);
		expect(made.map(({ name }) => name)).toEqual(['c', 'd', 'a', 'b']);
	});

	it('show the three worst of what is open', () => {
		const open = openOf(client('a', { low: 4, medium: 3, high: 2, critical: 1, informational: 9 }));
		expect(open.map(({ severity, groups }) => `${severity} ${groups}`)).toEqual([
			'critical 1',
			'high 2',
			'medium 3',
		]);
	});

	it('have a tape whose last hour is that of now', () => {
		const cells = cellsOf(client('a', {}), Date.parse('2026-10-13T14:31:52Z'));
		expect(cells.map(({ kind }) => kind)).toEqual(['quiet', 'delivered', 'late']);
		expect(cells.at(-1)?.start).toBe(Date.parse('2026-10-13T14:00:00Z'));
	});
});

describe('links', () => {
	it('lead to groups, or to alerts one by one', () => {
		expect(groupsHref('severity>=high')).toBe('/alerts?query=severity%3E%3Dhigh');
		expect(alertsHref('x')).toBe('/alerts?query=x&list=alerts');
	});

	it('quote what the query language would read otherwise', () => {
		expect(quoted('Demo "clinic"')).toBe('"Demo ""clinic"""');
	});

	it('say a span to the second, in UTC', () => {
		const span = { from: Date.parse('2026-10-13T08:15:00Z'), until: Date.parse('2026-10-13T10:30:00Z') };
		expect(during(span)).toBe('after:2026-10-13T08:15:00Z before:2026-10-13T10:30:00Z');
	});
});

describe('the span', () => {
	const now = new Date(2026, 9, 13, 14, 37, 12).getTime();

	it.each([
		['1h', 60, 60],
		['24h', 96, 60],
		['7d', 84, 3600],
		['30d', 90, 3600],
	] as const)('%s is %d bars of whole buckets, the last one with now', (choice, bars, bucket) => {
		const period = periodOf(choice, now);
		expect((period.span.until - period.span.from) / period.bar).toBe(bars);
		expect(period.bucket).toBe(bucket);
		expect(period.span.from % (bucket * 1000)).toBe(0);
		expect(period.span.until).toBeGreaterThan(now);
		expect(period.span.until - now).toBeLessThanOrEqual(period.bar);
	});

	it('is a day where the address says nothing that is known', () => {
		expect([choiceOf(null), choiceOf('1y'), choiceOf('7d')]).toEqual(['24h', '24h', '7d']);
	});

	it('no longer holds a choice that has moved out of it', () => {
		const period = periodOf('1h', now);
		expect(within({ from: period.span.from, until: period.span.until }, period)).toBe(true);
		expect(within({ from: period.span.from - 1, until: period.span.until }, period)).toBe(false);
	});
});
