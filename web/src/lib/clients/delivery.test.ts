import { expect, test } from 'vitest';
import { exampleNode } from '$lib/nodes/example';
import { begun, sum } from './delivery';

test('what a client delivered is the sum of its nodes, revoked ones as well', () => {
	const nodes = [
		exampleNode({ delivered: 12, alerts: 10, repeated: 2, waiting: 3 }),
		exampleNode({ delivered: 5, alerts: 3, dropped: 2, missing: 1, state: 'revoked' }),
	];
	expect(sum(nodes)).toEqual({ delivered: 17, waiting: 3, alerts: 13, repeated: 2, dropped: 2, missing: 1 });
});

test('it began with the first of them', () => {
	expect(begun([])).toBeUndefined();
	expect(
		begun([
			exampleNode({ enrolled_time: '2026-10-02T00:00:00Z' }),
			exampleNode({ enrolled_time: '2026-09-02T00:00:00Z' }),
		]),
	).toBe('2026-09-02T00:00:00Z');
});
