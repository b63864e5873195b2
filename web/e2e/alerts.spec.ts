import { createHash } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { bytesOf, Core } from './core';
import { alertLine } from './eve';
import { flat, row, signIn, watch } from './page';
import { onPhone, openedAlert, openQuery, pagesBar } from './ways';

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
});
test.afterAll(() => core.remove());
test.beforeEach(async ({ context, page }) => {
	await signIn(core, context);
	await page.goto(core.url + flat);
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

test('a line that the sensor appends is on the page, without a reload', async ({ page }) => {
	const name = `PAGE of ${process.pid}`;
	await core.write(alertLine({ signature: name }));
	await expect(row(page, name)).toBeVisible();
});

test('the query is in the address, and a wrong one is pointed at', async ({ page }) => {
	await core.write(alertLine({ signature: 'PAGE worst of all', severity: 1, source: '192.0.2.200' }));
	await core.write(alertLine({ signature: 'PAGE hardly anything', severity: 3, source: '203.0.113.77' }));
	await expect(row(page, 'PAGE worst of all')).toBeVisible();
	await expect(row(page, 'PAGE hardly anything')).toBeVisible();

	await openQuery(page);
	await page.keyboard.type('severity>=high src:192.0.2.200');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(/query=severity%3E%3Dhigh\+src%3A192\.0\.2\.200/);
	await expect(row(page, 'PAGE worst of all')).toBeVisible();
	await expect(row(page, 'PAGE hardly anything')).toHaveCount(0);
	// The stream keeps to the query as well.
	await core.write(alertLine({ signature: 'PAGE not asked for', severity: 3 }));
	await core.write(alertLine({ signature: 'PAGE asked for', severity: 1, source: '192.0.2.200' }));
	await expect(row(page, 'PAGE asked for')).toBeVisible();
	await expect(row(page, 'PAGE not asked for')).toHaveCount(0);

	await page.reload();
	await expect(page.getByRole('combobox', { name: 'Query' })).toHaveValue('severity>=high src:192.0.2.200');
	await expect(row(page, 'PAGE worst of all')).toBeVisible();

	await page.getByRole('combobox', { name: 'Query' }).fill('severity>=high frobnicate:1');
	await page.getByRole('combobox', { name: 'Query' }).press('Enter');
	await expect(page.getByRole('alert')).toContainText('Column 16');
	await page.goBack();
	await expect(row(page, 'PAGE worst of all')).toBeVisible();
});

test('nothing moves under the cursor; what is new waits', async ({ page }) => {
	await core.write(alertLine({ signature: 'PAGE first' }));
	await expect(row(page, 'PAGE first')).toBeVisible();
	const phone = onPhone(page);
	// Without a cursor: a row that is selected.
	if (phone) await row(page, 'PAGE first').getByRole('checkbox').tap();
	else await page.keyboard.press('j');
	const place = await row(page, 'PAGE first').boundingBox();
	await core.write(alertLine({ signature: 'PAGE second' }));
	await expect(page.getByRole('button', { name: '1 new' })).toBeVisible();
	await expect(row(page, 'PAGE second')).toHaveCount(0);
	expect(await row(page, 'PAGE first').boundingBox()).toEqual(place);
	if (phone) await page.getByRole('button', { name: '1 new' }).tap();
	else await page.keyboard.press('n');
	await expect(row(page, 'PAGE second')).toBeVisible();

	const opened = openedAlert(page);
	if (phone) {
		await row(page, 'PAGE first').getByRole('link').tap();
		await expect(opened.getByRole('heading', { name: 'PAGE first' })).toBeVisible();
		await page.goBack();
	} else {
		await page.keyboard.press('Enter');
		await expect(opened.getByRole('heading', { name: 'PAGE first' })).toBeVisible();
		await page.keyboard.press('k');
		await expect(opened.getByRole('heading', { name: 'PAGE second' })).toBeVisible();
		await page.keyboard.press('Escape');
		await expect(opened).toHaveCount(0);
		await page.keyboard.press('Escape');
	}
	await core.write(alertLine({ signature: 'PAGE third' }));
	await expect(row(page, 'PAGE third')).toBeVisible();
});

test('the raw record is the line to the byte, and the page checks its hash', async ({ page }) => {
	const wrong = await watch(page);
	const text = alertLine({ signature: 'PAGE not quite text' });
	// A byte that is no UTF-8, as some sensors write into payloads.
	const line = Buffer.concat([Buffer.from(text.replace('cdn-assets', 'cdn-')), Buffer.alloc(0)]);
	const at = line.indexOf('cdn-') + 4;
	const bytes = Buffer.concat([line.subarray(0, at), Buffer.from([0xe9]), line.subarray(at)]);
	await core.write(bytes);
	const sha256 = createHash('sha256').update(bytes).digest('hex');

	await row(page, 'PAGE not quite text').getByRole('link').click({ modifiers: [] });
	await expect(openedAlert(page)).toBeVisible();
	if (!onPhone(page)) await page.keyboard.press('o');
	await expect(page).toHaveURL(/\/alerts\/[0-9a-f]{32}$/);
	const tab = async (name: string) => {
		if (onPhone(page)) await page.getByRole('tab', { name }).tap();
	};
	await tab('Raw');
	await expect(page.getByText('Checked in this browser: sha256 matches')).toBeVisible();
	await expect(page.getByText('Not UTF-8')).toBeVisible();
	const raw = page.getByRole('region', { name: 'Exact bytes' });
	await expect(raw).toContainText('cdn-\\xE9');
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: 'Download the exact bytes' }).click(),
	]);
	expect(Buffer.compare(await bytesOf(await download.path()), bytes)).toBe(0);

	await tab('Provenance');
	const hash = await page.getByText('sha256 of raw').locator('..').innerText();
	expect(hash.replace(/\s/g, '')).toContain(sha256);
	for (const what of ['Sensor', 'Node', 'Core'])
		await expect(page.getByText(what, { exact: true }).first()).toBeVisible();
	await expect(page.getByText('urgent', { exact: true })).toBeVisible();
	expect(wrong).toEqual([]);
});

test('a core that stops is said, and nothing is missing when it is back', async ({ page }) => {
	await core.write(alertLine({ signature: 'PAGE before the stop' }));
	await expect(row(page, 'PAGE before the stop')).toBeVisible();
	await core.stop();
	await expect(page.getByText(/Not live since \d\d:\d\d:\d\d/)).toBeVisible();
	await core.write(alertLine({ signature: 'PAGE while it was away' }));
	await core.up();
	await expect(row(page, 'PAGE while it was away')).toBeVisible({ timeout: 30_000 });
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
	await expect(row(page, 'PAGE before the stop')).toHaveCount(1);
});

test('tabs with the same query share one stream, and the next one takes over', async ({ page, context }) => {
	const asked: string[] = [];
	context.on('request', (request) => {
		if (request.url().includes('/api/v1/stream')) asked.push(request.url());
	});
	const second = await context.newPage();
	await second.goto(core.url + flat);
	await expect(second.getByText('Live', { exact: true })).toBeVisible();
	await core.write(alertLine({ signature: 'PAGE in both tabs' }));
	await expect(row(page, 'PAGE in both tabs')).toBeVisible();
	await expect(row(second, 'PAGE in both tabs')).toBeVisible();
	expect(asked).toEqual([]);
	await page.close();
	await core.write(alertLine({ signature: 'PAGE in the one that stays' }));
	await expect(row(second, 'PAGE in the one that stays')).toBeVisible();
	expect(asked).toHaveLength(1);
});

test('a long list is read page by page while one scrolls', async ({ page }) => {
	const start = Date.now() - 3600_000;
	for (let i = 0; i < 300; i++) {
		await core.write(
			alertLine({ signature: `PAGE old ${i}`, time: new Date(start + i * 1000), severity: 3 }),
		);
	}
	await page.goto(`${core.url}${flat}&query=${encodeURIComponent('"PAGE old"')}`);
	await expect(row(page, 'PAGE old 299')).toBeVisible();
	const list = page.getByRole('region', { name: 'Alerts, newest first' });
	const oldest = page.getByRole('link', { name: 'PAGE old 0', exact: true });
	await expect
		.poll(async () => {
			await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
			return oldest.isVisible();
		})
		.toBe(true);
	await expect(page.getByText('These are all')).toBeVisible();
	expect(await page.getByRole('row').count()).toBeLessThan(80);
});

test('a click with Ctrl opens another tab', async ({ page, context }) => {
	await core.write(alertLine({ signature: 'PAGE for another tab' }));
	const link = row(page, 'PAGE for another tab').getByRole('link');
	const [tab] = await Promise.all([context.waitForEvent('page'), link.click({ modifiers: ['Control'] })]);
	await expect(tab.getByRole('heading', { name: 'PAGE for another tab', level: 2 })).toBeVisible();
	await expect(page).toHaveURL(core.url + flat);
});

test('back from another page the list stands where it stood', async ({ page }) => {
	for (let i = 0; i < 40; i++) await core.write(alertLine({ signature: `PAGE far below ${i}` }));
	await expect(row(page, 'PAGE far below 39')).toBeVisible();
	const list = page.getByRole('region', { name: 'Alerts, newest first' });
	await list.evaluate((box) => (box.scrollTop = 400));
	const before = await list.evaluate((box) => box.scrollTop);
	expect(before).toBeGreaterThan(100);
	await pagesBar(page).getByRole('link', { name: 'Nodes' }).click();
	await expect(page.getByRole('heading', { name: 'Nodes' })).toBeVisible();
	await page.goBack();
	await expect.poll(() => list.evaluate((box) => box.scrollTop)).toBe(before);
});
