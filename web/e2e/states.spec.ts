import { expect, test } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { accessible, flat, picture, refuse, row, signIn, watch } from './page';
import { onPhone, openedAlert, pagesBar } from './ways';

// What the page says when something is wrong. The core is real; only the one answer that
// goes wrong is changed on its way. Dark and light take turns.

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
	await core.write(alertLine({ signature: 'PAGE stays' }));
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

test('a list that does not load says why, and how to go on', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	const wrong = await watch(page);
	await page.route('**/api/v1/alerts?*', refuse);
	await page.goto(core.url + flat);
	await expect(page.getByText('The list did not load')).toBeVisible();
	await expect(page.getByRole('alert')).toContainText('The core could not do this.');
	await picture(page, 'error-dark');
	await accessible(page);
	// The stream reads the list again when it begins: after that only the press does.
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
	await page.unroute('**/api/v1/alerts?*');
	await page.getByRole('button', { name: 'Retry' }).click();
	await expect(row(page, 'PAGE stays')).toBeVisible();
	expect(wrong).toEqual([]);
});

test('a detail that does not load leaves what its row told, and tries again', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	await watch(page);
	const detail = /\/api\/v1\/alerts\/[^/?]+$/;
	await page.route(detail, refuse);
	await page.goto(core.url + flat);
	await row(page, 'PAGE stays').getByRole('link').first().click();
	const opened = openedAlert(page);
	await expect(opened.getByText('The alert did not load')).toBeVisible();
	await expect(opened.getByRole('heading', { name: 'PAGE stays' })).toBeVisible();
	const steps = onPhone(page) ? page : opened; // at the foot of a phone
	await expect(steps.getByRole('button', { name: 'Acknowledge' })).toBeVisible();
	await picture(page, 'error-detail-dark');
	await accessible(page);
	await page.unroute(detail);
	await opened.getByRole('button', { name: 'Retry' }).click();
	await expect(opened.getByRole('tab').first()).toBeVisible();
});

test('a core whose disk is full says so on every page', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	const trouble = 'The disk of the core is full: nothing is taken in.';
	await page.route('**/api/v1/status', (route) =>
		route.fulfill({ json: { trouble, time: new Date().toISOString() } }),
	);
	for (const path of ['/alerts', flat, '/nodes', '/settings']) {
		await page.goto(core.url + path);
		await expect(page.getByRole('alert')).toContainText(trouble);
		await accessible(page);
	}
	await page.goto(core.url + flat);
	await expect(row(page, 'PAGE stays')).toBeVisible();
	await picture(page, 'core-trouble-light');
	await page.unroute('**/api/v1/status');
	await page.reload();
	await expect(row(page, 'PAGE stays')).toBeVisible();
	await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a list that is slow shows the rows to come', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	let answer = () => {};
	const asked = new Promise<void>((done) => (answer = done));
	await page.route('**/api/v1/alerts?*', async (route) => {
		await asked;
		await route.continue();
	});
	await page.goto(core.url + flat);
	await expect(page.getByText('Loading the list')).toBeAttached();
	await picture(page, 'loading-dark');
	await accessible(page);
	answer();
	await expect(row(page, 'PAGE stays')).toBeVisible();
});

test('a stream that is lost leaves the list usable', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	await page.route('**/api/v1/stream?*', (route) => route.abort());
	await page.goto(core.url + flat);
	await expect(page.getByText(/Not live since/)).toBeVisible();
	await expect(row(page, 'PAGE stays')).toBeVisible();
	await picture(page, 'stream-lost-light');
	await accessible(page);
	// The core comes back with the press: before it, the next try would take the button away.
	await page.exposeFunction('comesBack', () => page.unroute('**/api/v1/stream?*'));
	await page.evaluate("addEventListener('click', () => comesBack(), { once: true })");
	await page.getByRole('button', { name: 'Try now' }).click();
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
	await expect(page.getByText(/Not live since/)).toHaveCount(0);
});

test('a part that is loaded while the core is away says so, and Retry brings it', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	const wrong = await watch(page);
	await page.goto(core.url + flat);
	const whole = page.waitForResponse((answer) => /\/api\/v1\/alerts\/[^/]+$/.test(answer.url()));
	await row(page, 'PAGE stays').getByRole('link').click();
	await (await whole).finished(); // or the sheet, too, had nothing to show
	const opened = openedAlert(page);
	await expect(opened.getByRole('tab', { name: 'Raw' })).toBeVisible();
	const words = 'This part did not load: the core did not answer.';
	// The menu comes when the browser is idle: here it has come. Its dialogues have not.
	await page.getByRole('button', { name: 'More', exact: true }).click();
	await expect(page.getByRole('menuitem', { name: /^Tags/ })).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('menu')).toHaveCount(0);
	await core.stop();
	await opened.getByRole('tab', { name: 'Raw' }).click();
	const inPlace = opened.getByRole('alert').filter({ hasText: words });
	await expect(inPlace).toBeVisible();
	await picture(page, 'part-away-dark');
	await accessible(page);
	// A dialogue has no place on the page: its words float, and can be closed.
	const tag = async () => {
		await page.getByRole('button', { name: 'More', exact: true }).click();
		await page.getByRole('menuitem', { name: /^Tags/ }).click();
	};
	await tag();
	const told = page.getByRole('alert').filter({ hasText: words });
	await expect(told).toHaveCount(2);
	await told.getByRole('button', { name: 'Close' }).click();
	await expect(told).toHaveCount(1);
	await core.up();
	await inPlace.getByRole('button', { name: 'Retry' }).click();
	await expect(opened.getByRole('tabpanel')).toContainText('PAGE stays');
	await expect(inPlace).toHaveCount(0);
	await tag();
	await expect(page.getByRole('dialog')).toBeVisible();
	expect(wrong).toEqual([]);
});

test('records that are missing are said in full', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	await page.route(/\/api\/v1\/nodes\/[^/]+$/, async (route) => {
		const response = await route.fetch();
		const node = await response.json();
		const old = (node.heads ?? []).map((head: object) => ({
			...head,
			epoch: '0123456789abcdef',
			current: false,
		}));
		await route.fulfill({
			response,
			json: { ...node, missing: 3, forks: 1, clock_skew_ms: -4200, heads: [...(node.heads ?? []), ...old] },
		});
	});
	await page.goto(`${core.url}/nodes`);
	await page.getByRole('listitem').getByRole('link').click();
	const proof = page.getByRole('region', { name: 'Delivery proof' });
	await expect(proof).toContainText(/1\s*of 4 delivered/);
	await expect(proof).toContainText(/3\s*missing/);
	await expect(page.getByText('1 fork', { exact: true })).toBeVisible();
	await expect(page.getByRole('region', { name: 'Earlier epochs' })).toContainText('forked');
	await expect(page.getByText("The node's clock is 4.20 s behind the core's")).toBeVisible();
	await picture(page, 'missing-dark');
	await accessible(page);
});

test('bytes that are not what the ledger says are noticed in the browser', async ({ page }) => {
	await page.route('**/api/v1/alerts/*/raw', async (route) => {
		const response = await route.fetch();
		const body = Buffer.from((await response.body()).toString().replace('PAGE stays', 'PAGE lies!'));
		await route.fulfill({ response, body });
	});
	await page.goto(core.url + flat);
	await row(page, 'PAGE stays').getByRole('link').click();
	await page.getByRole('tab', { name: 'Raw' }).click();
	await expect(page.getByText('These bytes do not match their sha256')).toBeAttached();
});

test('a chosen theme stays, and is there before the first paint', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'light' });
	await page.goto(`${core.url}/nodes`);
	if (onPhone(page)) {
		await pagesBar(page).getByRole('link', { name: 'Menu' }).tap();
		await page.getByRole('radio', { name: 'Dark' }).check();
	} else {
		await page.getByRole('button', { name: 'Theme' }).click();
		await page.getByRole('menuitem', { name: 'Dark' }).click();
	}
	await expect(page.locator('html')).toHaveClass(/dark/);
	await page.addInitScript(() => {
		new MutationObserver(() => {
			if (document.body && !('seen' in window))
				Object.assign(window, { seen: document.documentElement.className });
		}).observe(document, { childList: true, subtree: true });
	});
	await page.reload();
	expect(await page.evaluate(() => ('seen' in window ? window.seen : 'nothing'))).toBe('dark');
});
