import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { flat, look, signIn, watch } from './page';

// Every page in both themes and on both sizes: no broken rule of accessibility, no broken
// policy, nothing wider than the screen. The pictures are for people to look at.
const sizes = [
	{ name: 'desktop', width: 1440, height: 900, phone: false },
	{ name: 'phone', width: 390, height: 844, phone: true },
];
const paths: { name: string; path: string; ready: (page: Page) => Promise<void> }[] = [
	{ name: 'inbox', path: '/alerts', ready: (page) => expect(page.getByRole('row').nth(2)).toBeVisible() },
	{ name: 'alerts', path: flat, ready: (page) => expect(page.getByRole('row').nth(5)).toBeVisible() },
	{
		name: 'alert',
		path: 'alert',
		ready: async (page) => {
			// Where there is room all of it is there at once, elsewhere it has tabs.
			const raw = page.getByRole('tab', { name: 'Raw' });
			await expect(raw.or(page.getByText('Checked in this browser')).first()).toBeVisible();
			if (await raw.isVisible()) await expect(page.getByText(/matched a/)).toBeVisible();
		},
	},
	{ name: 'group', path: 'group', ready: (page) => expect(page.getByText(/matched a/)).toBeVisible() },
	{
		name: 'empty',
		path: '/alerts?query=nothingmatchesthis',
		ready: (page) => expect(page.getByText('No group matches')).toBeVisible(),
	},
	{
		name: 'wrong-query',
		path: '/alerts?query=foo:bar',
		ready: (page) => expect(page.getByRole('alert')).toBeVisible(),
	},
	{
		name: 'nodes',
		path: '/nodes',
		ready: (page) => expect(page.getByText(/delivered$/).first()).toBeVisible(),
	},
	{
		name: 'node',
		path: 'node',
		ready: (page) => expect(page.getByRole('region', { name: 'Delivery proof' })).toBeVisible(),
	},
	{
		name: 'settings',
		path: '/settings',
		ready: (page) => expect(page.getByRole('region', { name: 'Second factor' })).toBeVisible(),
	},
	{
		name: 'users',
		path: '/users',
		ready: (page) => expect(page.getByText('Nobody but you yet')).toBeVisible(),
	},
	{
		name: 'tokens',
		path: '/tokens',
		ready: (page) => expect(page.getByText('No token yet')).toBeVisible(),
	},
	{
		name: 'audit',
		path: '/audit',
		ready: (page) => expect(page.getByRole('button', { name: /made/ }).first()).toBeVisible(),
	},
	{
		name: 'more',
		path: '/more',
		ready: (page) => expect(page.getByRole('radio', { name: 'Light' })).toBeAttached(),
	},
	{
		name: 'design',
		path: '/design',
		ready: (page) => expect(page.getByRole('region', { name: 'Colours' })).toBeVisible(),
	},
	{
		name: 'not-found',
		path: '/nowhere',
		ready: (page) => expect(page.getByText('There is no such page')).toBeVisible(),
	},
];

let core: Core;
test.beforeAll(async () => {
	core = await Core.start({ demo: true });
});
test.afterAll(() => core.remove());

for (const size of sizes) {
	for (const theme of ['dark', 'light'] as const) {
		test(`${size.name}, ${theme}`, async ({ browser }) => {
			test.setTimeout(180_000);
			const context = await browser.newContext({
				viewport: { width: size.width, height: size.height },
				colorScheme: theme,
				hasTouch: size.phone,
				isMobile: size.phone,
				reducedMotion: 'reduce',
			});
			const page = await context.newPage();
			const wrong = await watch(page);
			await page.goto(`${core.url}/sign-in`);
			await expect(page.getByRole('button', { name: 'Continue' })).toBeVisible();
			await look(page, `sign-in-${size.name}-${theme}`);
			await signIn(core, context);
			const ids = await firstIds(page);
			for (const { name, path, ready } of paths) {
				await page.goto(
					core.url +
						({ alert: `/alerts/${ids.alert}`, group: `/groups/${ids.group}`, node: `/nodes/${ids.node}` }[
							path
						] ?? path),
				);
				await ready(page);
				await look(page, `${name}-${size.name}-${theme}`);
			}
			if (!size.phone) {
				await page.goto(core.url + flat);
				await expect(page.getByRole('row').nth(5)).toBeVisible();
				await page.keyboard.press('j');
				await page.keyboard.press('Enter');
				await expect(page.getByText(/matched a/)).toBeVisible();
				await look(page, `sheet-${size.name}-${theme}`);
				await page.keyboard.press('?');
				await expect(page.getByRole('dialog')).toBeVisible();
				await look(page, `keys-${size.name}-${theme}`);
			}
			expect(wrong).toEqual([]);
			await context.close();
		});
	}
}

async function firstIds(page: Page): Promise<{ alert: string; group: string; node: string }> {
	let ids = { alert: '', group: '', node: '' };
	await expect
		.poll(async () => {
			const alerts = await (await page.request.get(`${core.url}/api/v1/alerts?limit=60`)).json();
			const nodes = await (await page.request.get(`${core.url}/api/v1/nodes`)).json();
			const groups = await (await page.request.get(`${core.url}/api/v1/groups?limit=1`)).json();
			ids = {
				group: groups.items?.[0]?.id ?? '',
				alert:
					alerts.items?.find((item: { severity: string }) => item.severity === 'high')?.id ??
					alerts.items?.[5]?.id ??
					'',
				node: nodes.items?.find((item: { demo: boolean }) => item.demo)?.id ?? '',
			};
			return ids.alert !== '' && ids.node !== '' && alerts.items.length > 40;
		})
		.toBe(true);
	return ids;
}
