import { expect, test } from 'vitest';
import { homeOf, isHere, pagesOf } from './navigation';

const user = (role: 'admin' | 'analyst' | 'viewer', ...clients: string[]) => ({
	id: 'u1',
	name: 'ada',
	has_password: true,
	has_totp: false,
	disabled: false,
	created_time: '2026-10-13T14:00:00Z',
	role,
	all_clients: clients.length === 0,
	clients: clients.map((id) => ({ id, name: id })),
});

test('who sees one client alone begins with it', () => {
	expect(homeOf(user('viewer', 'c1'))).toBe('/clients/c1');
	expect(homeOf(user('viewer', 'c1', 'c2'))).toBe('/');
	expect(homeOf(user('viewer'))).toBe('/');
	expect(homeOf(user('analyst', 'c1'))).toBe('/');
});

test('what a person may not open is not in the side bar', () => {
	const paths = (who: ReturnType<typeof user>) => pagesOf(who).admin.map((page) => page.path);
	expect(paths(user('admin'))).toEqual(['/users', '/tokens', '/audit']);
	expect(paths(user('admin', 'c1'))).toEqual(['/tokens']);
	expect(paths(user('analyst'))).toEqual([]);
	expect(pagesOf(user('viewer', 'c1')).work.map((page) => page.path)).not.toContain('/clients');
});

test('every page has a key of its own', () => {
	const { work, admin, settings } = pagesOf(user('admin'));
	const keys = [...work, ...admin, settings].map((page) => page.key);
	expect(new Set(keys).size).toBe(keys.length);
});

test('a page is where its path is, or below', () => {
	expect(isHere({ path: '/alerts' }, '/alerts/a1')).toBe(true);
	expect(isHere({ path: '/alerts' }, '/groups/g1')).toBe(true);
	expect(isHere({ path: '/' }, '/alerts')).toBe(false);
	expect(isHere({ path: '/alerts' }, '/alerts-of-mine')).toBe(false);
});
