import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { accessible, refuse, row, signIn, watch } from './page';

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

test('a core to which nothing has come says what to do next', async ({ page }) => {
	const wrong = await watch(page);
	await page.goto(core.url);
	const steps = page.getByRole('region', { name: 'Getting started' });
	await expect(steps.getByRole('listitem')).toHaveCount(3);
	await expect(steps.getByRole('listitem').first()).toContainText('Add a client');
	await accessible(page);
	// The first alert takes the steps away, without a reload.
	await core.write(alertLine({ signature: 'OVERVIEW first', severity: 1, sid: 9100000 }));
	await expect(page.getByRole('link', { name: 'High, unresolved: 1' })).toBeVisible({ timeout: 30_000 });
	await expect(steps).toHaveCount(0, { timeout: 30_000 });
	expect(wrong).toEqual([]);
});

/** Three groups of high severity, two of medium, one of low: with the first test's, 11 alerts. */
async function fill(): Promise<void> {
	for (const [sid, severity, times] of [
		[9100001, 1, 3],
		[9100002, 1, 1],
		[9100003, 2, 2],
		[9100004, 2, 1],
		[9100005, 3, 3],
	] as const) {
		for (let i = 0; i < times; i++)
			await core.write(
				alertLine({ signature: `OVERVIEW rule ${sid}`, severity, sid, source: `192.0.2.${sid % 100}` }),
			);
	}
}

/** How many the list behind a link has, as the core counts them. */
async function behind(page: Page, href: string): Promise<number> {
	const { pathname, searchParams } = new URL(href, core.url);
	const read = async (path: string) => (await page.request.get(`${core.url}/api/v1${path}`)).json();
	if (pathname === '/nodes') {
		const { items } = await read('/nodes');
		const state = searchParams.get('state');
		return items.filter((node: { state: string }) => state === null || node.state === state).length;
	}
	const query = new URLSearchParams({ query: searchParams.get('query') ?? '' });
	if (searchParams.get('list') !== 'alerts') return (await read(`/groups?${query}`)).count.groups;
	return (await read(`/alerts?${query}&limit=500`)).items.length;
}

/** The page behind it shows so many rows; the head of the list is none. */
async function showsRows(page: Page, href: string, count: number): Promise<void> {
	await page.goto(core.url + href);
	await expect(page.locator('[data-id]'), href).toHaveCount(count);
}

test('every number leads to a list of so many', async ({ page }) => {
	const wrong = await watch(page);
	await fill();
	await page.goto(core.url);
	await expect(page.getByRole('link', { name: '11 in 24 h' })).toBeVisible({ timeout: 30_000 });
	await page.reload();
	// The core may give an answer of a moment ago; the next one is 10 s away.
	await expect(page.getByRole('link', { name: 'High, unresolved: 3' })).toBeVisible({ timeout: 20_000 });
	await expect(page.getByRole('region', { name: 'Top rules' }).getByRole('link')).toHaveCount(5);
	await expect(page.getByRole('link', { name: /^3 unresolved/ })).toBeVisible();
	await expect(page.getByRole('link', { name: 'High: 3 open' })).toBeVisible();

	const numbers = await page.evaluate(() =>
		[
			...document.querySelectorAll<HTMLAnchorElement>('main a[href^="/alerts?"], main a[href^="/nodes?"]'),
		].map((link) => ({
			href: link.getAttribute('href') ?? '',
			text: link.getAttribute('aria-label') ?? link.innerText,
		})),
	);
	// "oldest 3 m" is a time; all others say how many: "High, unresolved: 3", "115", "11 in 24 h".
	const counted = numbers.filter(({ text }) => !text.startsWith('oldest'));
	expect(counted.length).toBeGreaterThan(20);
	for (const { href, text } of counted) {
		const says =
			text.match(/: (\d+)/)?.[1] ??
			text.match(/^(?:.*\n)?(\d+)/)?.[1] ??
			text.match(/(\d+)\s*(?:alerts)?$/)?.[1];
		expect(await behind(page, href), `${text} ${href}`).toBe(Number(says));
	}
	for (const list of ['groups', 'alerts']) {
		const one = counted.find(({ href }) => href.includes('list=alerts') === (list === 'alerts'));
		if (!one) throw new Error(`no link to a list of ${list}`);
		await showsRows(page, one.href, await behind(page, one.href));
	}
	expect(wrong).toEqual([]);
});

test('the span is in the address, and a brush leads to its alerts', async ({ page }) => {
	const wrong = await watch(page);
	await page.goto(core.url);
	await expect(page.getByRole('link', { name: /in 24 h$/ })).toBeVisible();
	await page.getByText('7 d', { exact: true }).click();
	await expect(page).toHaveURL(/\?span=7d$/);
	await expect(page.getByRole('link', { name: /in 7 d$/ })).toBeVisible();
	await page.goBack();
	await expect(page.getByRole('link', { name: /in 24 h$/ })).toBeVisible();

	// With keys alone: the newest bar, widened to its left until all alerts are in it.
	const brush = page.getByRole('slider', { name: 'Span of time' });
	await brush.focus();
	await page.keyboard.press('ArrowRight');
	for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowLeft');
	await expect(brush).toHaveAttribute('aria-valuetext', /, 11 alerts$/);
	const link = page.getByRole('link', { name: '11 alerts', exact: true });
	await expect(link).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(link).toHaveCount(0);

	// With the pointer: from the right edge to the left one.
	const box = await brush.boundingBox();
	if (!box) throw new Error('no histogram');
	await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
	await page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 4 });
	await page.mouse.up();
	await link.click();
	await expect(page).toHaveURL(/query=after%3A.+before%3A/);
	await expect(page.locator('[data-id]')).toHaveCount(11);
	expect(wrong).toEqual([]);
});

test('a group and a node are a click away', async ({ page }) => {
	await page.goto(core.url);
	const newest = page.getByRole('region', { name: 'Newest high and critical' });
	await newest.getByRole('link', { name: /OVERVIEW rule 9100001/ }).click();
	await expect(page).toHaveURL(/\/groups\//);
	await expect(page.getByRole('heading', { name: /OVERVIEW rule 9100001/ }).first()).toBeVisible();
});

test('figures that do not load say why, and old ones stay', async ({ page }) => {
	await page.route('**/api/v1/overview*', refuse);
	await page.goto(core.url);
	await expect(page.getByText('The figures did not load')).toBeVisible();
	await page.unroute('**/api/v1/overview*');
	await page.getByRole('button', { name: 'Retry' }).click();
	await expect(page.getByRole('link', { name: 'High, unresolved: 3' })).toBeVisible();
	await page.route('**/api/v1/overview*', refuse);
	const again = page.waitForResponse((answer) => answer.url().includes('/overview'));
	await again;
	await expect(page.getByRole('link', { name: 'High, unresolved: 3' })).toHaveClass(/text-fg-3/);
	await expect(row(page, 'nothing')).toHaveCount(0);
});
