import { hostname } from 'node:os';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { accessible, signIn, watch } from './page';
import { openPalette, pagesBar } from './ways';

// What stands around every page: side bar, keys, palette, the bar at the bottom of a phone.
test.describe.configure({ timeout: 180_000 }); // a machine with other things to do

let core: Core;
test.beforeAll(async () => {
	core = await Core.start({ demo: true });
});
test.afterAll(() => core.remove());

async function open(page: Page, context: BrowserContext, path: string): Promise<string[]> {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(core.url + path);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	return wrong;
}

test('every page is two keys away, and the sheet of keys tells it', async ({ page, context }) => {
	const wrong = await open(page, context, '/settings');
	await page.keyboard.press('g');
	await expect(page.getByRole('status').filter({ hasText: 'Nodes' })).toBeVisible();
	await page.keyboard.press('n');
	await expect(page.getByRole('heading', { name: 'Nodes', level: 1 })).toBeVisible();
	for (const [key, path] of [
		['t', '/tokens'],
		['u', '/users'],
		['l', '/audit'],
		['a', '/alerts'],
		['s', '/settings'],
	] as const) {
		// On a busy machine the second key may come too late to belong to the first.
		await expect(async () => {
			await page.keyboard.press('g');
			await page.keyboard.press(key);
			await expect(page).toHaveURL((url) => url.pathname === path, { timeout: 3000 });
		}).toPass();
	}
	await page.keyboard.press('?');
	const sheet = page.getByRole('dialog', { name: 'Keys' });
	await expect(sheet.getByText('Side bar wide or narrow')).toBeVisible();
	await expect(sheet.getByText('Advisories')).toBeVisible();
	await accessible(page);
	await page.keyboard.press('Escape');
	await expect(sheet).toHaveCount(0);
	expect(wrong).toEqual([]);
});

test('the side bar counts, and is wide or narrow', { tag: '@desk' }, async ({ page, context }) => {
	const wrong = await open(page, context, '/settings');
	const bar = pagesBar(page);
	await expect(bar.getByText('Administration')).toBeVisible();
	await expect(bar.getByRole('link', { name: 'Clients' })).toContainText('4');
	await page.keyboard.press('[');
	await expect(bar.getByText('Administration')).toHaveCount(0);
	await expect(bar.getByRole('link', { name: 'Audit' })).toBeVisible();
	expect(wrong).toEqual([]);
});

test('a page asks for each thing once, and for no list that nobody sees', async ({ page, context }) => {
	const asked: string[] = [];
	page.on('request', (request) =>
		asked.push(new URL(request.url()).pathname + new URL(request.url()).search),
	);
	const wrong = await open(page, context, '/');
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
	for (let i = 0; i < 20; i++) await core.write(alertLine());
	await page.waitForTimeout(1500); // in which a list that is seen would be read again
	const times = (path: string) => asked.filter((one) => one.startsWith(path)).length;
	expect(times('/api/v1/about')).toBe(1);
	expect(times('/api/v1/views')).toBe(1);
	expect(asked.filter((one) => one.includes('sort=severity'))).toEqual([]);
	await page.getByRole('link', { name: 'Alerts', exact: false }).first().click();
	await expect(page.getByRole('row').nth(1)).toBeVisible();
	expect(wrong).toEqual([]);
});

test('Back while a page is being loaded ends well', async ({ page, context }) => {
	const wrong = await open(page, context, '/nodes');
	await pagesBar(page).getByRole('link', { name: 'Alerts' }).click();
	await expect(page).toHaveURL(/\/alerts/);
	let load = () => {};
	const loads = new Promise<void>((done) => (load = done));
	await page.route('**/assets/Tokens-*.js', async (route) => {
		await loads;
		await route.continue();
	});
	const asked = page.waitForRequest('**/assets/Tokens-*.js');
	await page.keyboard.press('g');
	await page.keyboard.press('t');
	await asked;
	await page.goBack();
	await expect(page.getByRole('heading', { name: 'Nodes', level: 1 })).toBeVisible();
	const loaded = page.waitForResponse('**/assets/Tokens-*.js');
	load();
	await (await loaded).finished();
	await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
	expect(wrong).toEqual([]);
	await expect(page.getByRole('heading', { name: 'Nodes', level: 1 })).toBeVisible();
});

test('the palette finds pages, clients, nodes and actions, and searches alerts', async ({
	page,
	context,
}) => {
	const wrong = await open(page, context, '/nodes');
	await openPalette(page);
	const box = page.getByRole('combobox', { name: 'Search or go to' });
	await expect(box).toBeFocused();
	await accessible(page);
	await box.fill('demo-ga');
	await expect(page.getByRole('option').first()).toContainText('demo-gate');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(/\/nodes\/.+/);
	await expect(page.getByRole('heading', { name: 'demo-gate', level: 1 })).toBeVisible();

	await page.getByRole('button', { name: 'Search or go to' }).click();
	await box.fill('dark theme');
	await page.keyboard.press('Enter');
	await expect(page.locator('html')).toHaveClass(/dark/);

	await openPalette(page);
	await box.fill('severity>=high');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(`${core.url}/alerts?query=severity%3E%3Dhigh`);

	// The arrows go round; the pointer chooses as well.
	await openPalette(page);
	await expect(page.getByRole('option', { name: hostname() })).toBeVisible();
	await expect(page.getByRole('option', { name: /^Demo clinic/ })).toBeVisible();
	await page.keyboard.press('ArrowUp');
	await expect(page.getByRole('option').last()).toHaveAttribute('aria-selected', 'true');
	await box.fill('french');
	await page.getByRole('option', { name: /Français/ }).click();
	await expect(pagesBar(page).getByRole('link', { name: 'Nœuds' })).toBeVisible();
	await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
	expect(wrong).toEqual([]);
});

test('what the palette finds late does not move the choice', async ({ page, context }) => {
	await open(page, context, '/settings');
	let answer = () => {};
	const asked = new Promise<void>((done) => (answer = done));
	await page.route('**/api/v1/clients', async (route) => {
		await asked;
		await route.continue();
	});
	await openPalette(page);
	await page.getByRole('combobox', { name: 'Search or go to' }).fill('demo');
	const clinic = page.getByRole('option', { name: /^Demo clinic/ });
	await expect(clinic).toHaveCount(0);
	await page.keyboard.press('ArrowUp');
	const chosen = page.getByRole('option', { selected: true });
	const name = await chosen.innerText();
	answer();
	await expect(clinic).toBeVisible();
	expect(await chosen.innerText()).toBe(name);
});

test('a browser that asks for French gets it', async ({ browser }) => {
	const context = await browser.newContext({ locale: 'fr-FR', colorScheme: 'light' });
	const page = await context.newPage();
	const wrong = await watch(page);
	await page.goto(`${core.url}/sign-in`);
	await expect(page.getByRole('heading', { name: 'Connexion à SOCme' })).toBeVisible();
	await accessible(page);
	await page.getByRole('button', { name: 'English' }).click();
	await expect(page.getByRole('heading', { name: 'Sign in to SOCme' })).toBeVisible();
	await page.getByRole('button', { name: 'Français' }).click();
	await signIn(core, context);
	await page.goto(`${core.url}/settings`);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await page.keyboard.press('?');
	await expect(page.getByRole('dialog', { name: 'Raccourcis' }).getByText('Aperçu')).toBeVisible();
	expect(wrong).toEqual([]);
	await context.close();
});

test.describe('on a phone', { tag: '@phone' }, () => {
	test('the saved views are those of who is signed in, without a side bar too', async ({ page, context }) => {
		const read = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/views'));
		await open(page, context, '/');
		expect((await read).status()).toBe(200);
	});
	test('four pages and the rest are at the bottom', async ({ page, context }) => {
		const wrong = await open(page, context, '/nodes');
		await pagesBar(page).getByRole('link', { name: 'Menu' }).click();
		await expect(page.getByRole('link', { name: 'Advisories' })).toBeVisible();
		await page.getByRole('radio', { name: 'Light' }).check();
		await expect(page.locator('html')).not.toHaveClass(/dark/);
		await accessible(page);
		await page.getByRole('button', { name: 'Search or go to' }).tap();
		await page.getByRole('combobox', { name: 'Search or go to' }).fill('audit');
		await page
			.getByRole('option', { name: /^Audit/ })
			.first()
			.tap();
		await expect(page).toHaveURL(`${core.url}/audit`);
		expect(wrong).toEqual([]);
	});
});
