import { expect, type Page } from '@playwright/test';
import type { Core } from './core';

/** Something of each kind, for the pages that are about one. */
export interface Ids {
	alert: string;
	group: string;
	node: string;
	client: string;
}

/** A page that the tests of quality walk over. A new page is one more line here. */
export interface Listed {
	name: string;
	path: string | ((ids: Ids) => string);
	/** More than that nothing is loading any more. */
	ready?: (page: Page) => Promise<void>;
}

export const pages: Listed[] = [
	{ name: 'overview', path: '/' },
	{ name: 'inbox', path: '/alerts', ready: (page) => expect(page.getByRole('row').nth(2)).toBeVisible() },
	{
		name: 'alerts',
		path: '/alerts?list=alerts',
		ready: (page) => expect(page.getByRole('row').nth(2)).toBeVisible(),
	},
	{ name: 'alert', path: (ids) => `/alerts/${ids.alert}` },
	{ name: 'group', path: (ids) => `/groups/${ids.group}` },
	{ name: 'empty', path: '/alerts?query=nothingmatchesthis' },
	{
		name: 'wrong-query',
		path: '/alerts?query=foo:bar',
		ready: (page) => expect(page.getByRole('alert').first()).toBeVisible(),
	},
	{ name: 'nodes', path: '/nodes' },
	{ name: 'node', path: (ids) => `/nodes/${ids.node}` },
	{ name: 'agents', path: '/agents' },
	{ name: 'clients', path: '/clients' },
	{ name: 'client', path: (ids) => `/clients/${ids.client}` },
	{ name: 'advisories', path: '/advisories' },
	{ name: 'publishers', path: '/advisories?tab=publishers' },
	{ name: 'users', path: '/users' },
	{ name: 'tokens', path: '/tokens' },
	{ name: 'audit', path: '/audit' },
	{ name: 'settings', path: '/settings' },
	{ name: 'more', path: '/more' },
	{ name: 'not-found', path: '/nowhere' },
];

export function pathOf(listed: Listed, ids: Ids): string {
	return typeof listed.path === 'string' ? listed.path : listed.path(ids);
}

/** Opens a page and waits until it has all that it shows. */
export async function open(page: Page, core: Core, listed: Listed, ids: Ids): Promise<void> {
	await page.goto(core.url + pathOf(listed, ids));
	await settled(page);
	await listed.ready?.(page);
}

/** Nothing is loading any more, and the fonts are there. */
export async function settled(page: Page): Promise<void> {
	await expect(page.getByRole('heading').first()).toBeVisible();
	await expect(page.locator('main .skeleton')).toHaveCount(0);
	await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** The ids of the newest high alert, its group, and the demo's node and client; waits for them. */
export async function idsOf(page: Page, core: Core): Promise<Ids> {
	const first = async (path: string) =>
		(await (await page.request.get(`${core.url}/api/v1${path}`)).json()).items?.[0];
	let ids: Ids = { alert: '', group: '', node: '', client: '' };
	await expect
		.poll(async () => {
			const alert = await first('/alerts?query=severity:high&limit=1');
			const group = await first('/groups?query=severity:high&limit=1');
			const node = alert && (await first('/nodes'));
			ids = {
				alert: alert?.id ?? '',
				group: group?.id ?? '',
				node: alert?.node_id ?? node?.id ?? '',
				client: alert?.client_id ?? '',
			};
			return Object.values(ids).every((id) => id !== '');
		})
		.toBe(true);
	return ids;
}
