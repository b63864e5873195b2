import { describe, expect, it } from 'vitest';
import { standing, type Known } from './standing';

const now = Date.parse('2026-10-13T14:31:52Z');
const of = (parts: Partial<Known['client']> = {}, more: Partial<Known> = {}) =>
	standing({
		client: { missing: 0, open_by_severity: {}, contacts: [], ...parts },
		nodes: [{ state: 'delivering' }],
		working: 0,
		now,
		...more,
	});

describe('standing', () => {
	it('is quiet where nothing is open', () =>
		expect(of()).toMatchObject({ tone: 'calm', title: 'All is quiet' }));

	it('says who is called', () =>
		expect(of({ contacts: [{ name: 'Ada' }] }, { working: 2 })).toEqual({
			tone: 'calm',
			title: '2 alerts are being worked on',
			text: 'You need to do nothing now. We call Ada if that changes.',
		}));

	it('puts what is in hand before what waits, and the serious before the rest', () => {
		const open_by_severity = { critical: 1, high: 1, low: 7 };
		expect(of({ open_by_severity }, { working: 1 }).title).toBe('One alert is being worked on');
		expect(of({ open_by_severity })).toMatchObject({
			tone: 'high',
			title: '2 serious alerts wait for an analyst',
		});
		expect(of({ open_by_severity: { low: 1 } })).toMatchObject({
			tone: 'calm',
			title: 'One alert waits to be looked at',
		});
	});

	it('does not call blindness quiet', () => {
		const seen = { state: 'offline' as const, last_seen_time: '2026-10-13T14:00:00Z' };
		expect(of({}, { nodes: [seen, { state: 'revoked' }] })).toMatchObject({ tone: 'critical' });
		expect(of({}, { nodes: [seen] }).title).toMatch(/^We do not see your site since \d\d:00:00, 13 Oct$/);
		expect(of({}, { nodes: [] }).title).toBe('Your site is not watched yet');
		expect(of({}, { nodes: [{ state: 'revoked' }] }).title).toBe('Your site is not watched yet');
		expect(of({}, { nodes: [{ state: 'new' }] }).title).toBe('We do not see your site yet');
	});

	it('is not calm while one of several nodes is silent', () =>
		expect(of({}, { nodes: [{ state: 'delivering' }, { state: 'offline' }] })).toMatchObject({
			tone: 'high',
			text: 'Nothing is open, and your site is watched now. One of your nodes is not heard of.',
		}));

	it('says what is missing before all else', () =>
		expect(of({ missing: 3 }, { nodes: [], working: 5 })).toMatchObject({
			tone: 'critical',
			title: '3 records of your site are missing',
		}));
});
