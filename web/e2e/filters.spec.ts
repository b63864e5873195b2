import { expect, test, type Page } from '@playwright/test';
import { bytesOf, Core } from './core';
import { alertLine } from './eve';
import { accessible, row, signIn, watch } from './page';

let core: Core;
test.describe.configure({ timeout: 120_000 });
test.beforeAll(async () => {
	core = await Core.start();
	const names = { 'FILTER worst': 1, 'FILTER middling': 2, 'FILTER least': 3 };
	for (const [i, [signature, severity]] of Object.entries(names).entries())
		await core.write(alertLine({ signature, severity, sid: 8_000_000 + i, source: `192.0.2.${i + 1}` }));
});
test.afterAll(() => core.remove());
test.beforeEach(async ({ context, page }) => {
	await signIn(core, context);
	await page.goto(`${core.url}/alerts?query=FILTER`);
	await expect(row(page, 'FILTER worst')).toBeVisible();
	await expect(row(page, 'FILTER least')).toBeVisible();
});

const queryOf = (page: Page) => new URL(page.url()).searchParams.get('query');
const facet = (page: Page, name: string) =>
	page.getByRole('region', { name: 'Filters' }).getByRole('button', { name: new RegExp(`^${name}`) });

test('a click on a facet adds it, a second one takes it away, Alt leaves it out', async ({ page }) => {
	const wrong = await watch(page);
	await facet(page, 'High').click();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:high');
	await expect(row(page, 'FILTER least')).toHaveCount(0);
	await expect(facet(page, 'High')).toHaveAttribute('aria-pressed', 'true');
	// What another choice would give is still counted.
	await expect(facet(page, 'Low')).toContainText('1');
	await facet(page, 'Low').click();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:(high OR low)');
	await expect(row(page, 'FILTER least')).toBeVisible();
	await facet(page, 'High').click();
	await facet(page, 'Low').click();
	await expect.poll(() => queryOf(page)).toBe('FILTER');
	await facet(page, 'Low').click({ modifiers: ['Alt'] });
	await expect.poll(() => queryOf(page)).toBe('FILTER -severity:low');
	await expect(row(page, 'FILTER least')).toHaveCount(0);
	await expect(facet(page, 'Low')).toContainText('left out');
	await accessible(page);
	await page.getByRole('button', { name: 'Hide the filters' }).click();
	await expect(page.getByRole('region', { name: 'Filters' })).toHaveCount(0);
	await page.getByRole('button', { name: 'Show the filters' }).click();
	await expect(facet(page, 'High')).toBeVisible();
	expect(wrong).toEqual([]);
});

test('a span of the histogram is chosen with the arrows, and with a drag', async ({ page }) => {
	const slider = page.getByRole('slider', { name: 'Span of time' });
	await slider.focus();
	await page.keyboard.press('ArrowLeft');
	await expect.poll(() => queryOf(page)).toMatch(/^FILTER after:\d{4}-\S+Z before:\d{4}-\S+Z$/);
	const before = queryOf(page);
	await page.keyboard.press('Shift+ArrowLeft');
	await expect.poll(() => queryOf(page)).not.toBe(before);
	await page.getByRole('button', { name: 'All times' }).click();
	await expect.poll(() => queryOf(page)).toBe('FILTER');

	const box = await slider.boundingBox();
	if (!box) throw new Error('the histogram is not drawn');
	await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width - 2, box.y + 20, { steps: 4 });
	await page.mouse.up();
	await expect.poll(() => queryOf(page)).toContain('after:');
	await expect(row(page, 'FILTER worst')).toBeVisible();
	await page.getByRole('radio', { name: 'Last 7 d' }).click();
	await expect(page).toHaveURL(/span=7d/);
});

test('a view is saved, begins the page, is changed and deleted', async ({ page }) => {
	const wrong = await watch(page);
	await page.getByRole('button', { name: 'Save view' }).click();
	await page.getByLabel('Save this query').fill('My filter');
	await page.getByLabel('Begin with it').check();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByRole('button', { name: 'My filter', exact: true })).toBeVisible();

	await page.goto(`${core.url}/alerts`);
	await expect.poll(() => queryOf(page)).toBe('FILTER');
	await page.keyboard.press('[');
	await expect(page.getByRole('link', { name: 'My filter' })).toHaveAttribute('aria-current', 'page');
	await page.getByRole('button', { name: 'My filter', exact: true }).click();
	await accessible(page);
	await page.getByLabel('Name', { exact: true }).fill('Ours');
	await page.getByLabel('Shared with everybody').check();
	await page.getByRole('button', { name: 'Update' }).click();
	await page.getByRole('button', { name: 'Ours', exact: true }).click();
	await page.getByRole('button', { name: 'Delete Ours' }).click();
	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	await expect(page.getByRole('link', { name: 'Ours' })).toHaveCount(0);
	await page.goto(`${core.url}/alerts`);
	await expect.poll(() => queryOf(page)).toBe('-is:resolved');
	expect(wrong).toEqual([]);
});

test('queries asked before are offered again', async ({ page }) => {
	const box = page.getByRole('combobox', { name: 'Query' });
	for (const text of ['FILTER severity:high', 'FILTER']) {
		await box.fill(text);
		await box.press('Enter');
		await expect.poll(() => queryOf(page)).toBe(text);
	}
	await page.reload();
	await box.fill('');
	await box.pressSequentially('FIL');
	await page.getByRole('option', { name: 'FILTER severity:high' }).click();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:high');
});

test('columns are chosen and kept; the filter is taken away as CSV and JSON lines', async ({ page }) => {
	await page.getByRole('button', { name: 'Columns' }).click();
	await page.getByRole('checkbox', { name: 'Destination' }).check();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('columnheader', { name: 'Destination' })).toBeVisible();
	await page.reload();
	await expect(page.getByRole('columnheader', { name: 'Destination' })).toBeVisible();
	await expect(row(page, 'FILTER worst')).toContainText('198.51.100.9');

	for (const [name, check] of [
		['Alerts as CSV', (text: string) => expect(text.trim().split('\n')).toHaveLength(4)],
		[
			'Alerts as JSON lines',
			(text: string) =>
				expect(
					text
						.trim()
						.split('\n')
						.map((line) => JSON.parse(line).severity),
				).toContain('high'),
		],
	] as const) {
		await page.getByRole('button', { name: 'Export' }).click();
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name }).click(),
		]);
		check((await bytesOf(await download.path())).toString());
		await page.keyboard.press('Escape');
	}
});

test('groups and alerts are two lists of one query', async ({ page }) => {
	await page.getByRole('radio', { name: 'Alerts' }).check();
	await expect(page).toHaveURL(/list=alerts/);
	await expect.poll(() => queryOf(page)).toBe('FILTER');
	await expect(page.getByText('3 shown')).toBeVisible();
	await page.goBack();
	await expect(page.getByText('3 groups, 3 alerts')).toBeVisible();
});

test('on a phone the filters are a sheet, and the severities are at hand', async ({ browser }) => {
	const context = await browser.newContext({
		viewport: { width: 390, height: 844 },
		hasTouch: true,
		isMobile: true,
		colorScheme: 'dark',
		locale: 'en-GB',
	});
	await signIn(core, context);
	const page = await context.newPage();
	const wrong = await watch(page);
	await page.goto(`${core.url}/alerts?query=FILTER`);
	await expect(row(page, 'FILTER worst')).toBeVisible();
	await page.getByRole('group', { name: 'Severity' }).getByRole('button', { name: 'High' }).tap();
	await expect(row(page, 'FILTER least')).toHaveCount(0);
	await page.getByRole('button', { name: 'Filters' }).tap();
	const sheet = page.getByRole('dialog');
	await sheet.getByRole('button', { name: /^Open/ }).tap();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:high is:open');
	await accessible(page);
	await sheet.getByRole('button', { name: 'Close the filters' }).tap();
	await expect(sheet).toHaveCount(0);
	expect(wrong).toEqual([]);
	await context.close();
});
