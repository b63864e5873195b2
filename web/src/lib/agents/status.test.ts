import { expect, test } from 'vitest';
import { agentsHref, statusOf, total } from './status';

test('all agents count, whatever they are', () => {
	expect(total({ active: 3, disconnected: 2, pending: 1, never_connected: 4 })).toBe(10);
});

test('an address may say anything', () => {
	expect(statusOf('never_connected')).toBe('never_connected');
	expect(statusOf('asleep')).toBeNull();
	expect(statusOf(null)).toBeNull();
	expect(agentsHref('disconnected')).toBe('/agents?status=disconnected');
});
