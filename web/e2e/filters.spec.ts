import { expect, test, type Page } from '@playwright/test';
import { bytesOf, Core } from './core';
import { alertLine } from './eve';
import { accessible, flat, row, signIn, watch } from './page';
import { closeFilters, onPhone, openFilters } from './ways';

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
/** The rows of the list, also those that a sheet covers. */
const rows = (page: Page, name: string) => page.locator('[data-id]').filter({ hasText: name });

test('a click on a facet adds it, a second one takes it away, Alt leaves it out', async ({ page }) => {
	const wrong = await watch(page);
	const filters = await openFilters(page);
	const high = filters.getByRole('button', { name: /^High/ });
	const low = filters.getByRole('button', { name: /^Low/ });
	await high.click();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:high');
	await expect(rows(page, 'FILTER least')).toHaveCount(0);
	await expect(high).toHaveAttribute('aria-pressed', 'true');
	// What another choice would give is still counted.
	await expect(low).toContainText('1');
	await low.click();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:(high OR low)');
	await expect(rows(page, 'FILTER least')).toHaveCount(1);
	await high.click();
	await low.click();
	await expect.poll(() => queryOf(page)).toBe('FILTER');
	if (onPhone(page)) await filters.getByRole('button', { name: 'Leave out Low' }).tap();
	else await low.click({ modifiers: ['Alt'] });
	await expect.poll(() => queryOf(page)).toBe('FILTER -severity:low');
	await expect(rows(page, 'FILTER least')).toHaveCount(0);
	await expect(low).toContainText('left out');
	await accessible(page);
	if (onPhone(page)) {
		await closeFilters(page);
		await expect(filters).toHaveCount(0);
		await expect(row(page, 'FILTER worst')).toBeVisible();
		await expect(row(page, 'FILTER least')).toHaveCount(0);
	} else {
		await page.getByRole('button', { name: 'Hide the filters' }).click();
		await expect(filters).toHaveCount(0);
		await page.getByRole('button', { name: 'Show the filters' }).click();
		await expect(high).toBeVisible();
	}
	expect(wrong).toEqual([]);
});

test('a span of the histogram is chosen with the arrows, and with a drag', async ({ page }) => {
	await openFilters(page);
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
	await page.getByRole('radio', { name: 'Last 7 d' }).click();
	await expect(page).toHaveURL(/span=7d/);
	await closeFilters(page);
	await expect(row(page, 'FILTER worst')).toBeVisible();
});

/** What opens the views: it is called after the one that is shown; on a phone it is a sign. */
function views(page: Page, name: string) {
	return page.getByRole('button', { name: onPhone(page) ? 'Views' : name, exact: true });
}

test('a view is saved, begins the page, is changed and deleted', async ({ page }) => {
	const wrong = await watch(page);
	await views(page, 'Save view').click();
	await page.getByLabel('Save this query').fill('My filter');
	await page.getByLabel('Begin with it').check();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect(views(page, 'My filter')).toBeVisible();

	await page.goto(`${core.url}/alerts`);
	await expect.poll(() => queryOf(page)).toBe('FILTER');
	const link = page.getByRole('link', { name: 'My filter' });
	if (!onPhone(page)) {
		await page.keyboard.press('[');
		await expect(link).toHaveAttribute('aria-current', 'page');
	}
	await views(page, 'My filter').click();
	await expect(link.last()).toHaveAttribute('aria-current', 'true');
	// On a phone the menu covers parts of rows: axe would call what is left of them too small.
	await accessible(page, onPhone(page) ? ['target-size'] : []);
	await page.getByLabel('Name', { exact: true }).fill('Ours');
	await page.getByLabel('Shared with everybody').check();
	await page.getByRole('button', { name: 'Update' }).click();
	await views(page, 'Ours').click();
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

test('columns are chosen and kept', async ({ page }) => {
	const wrong = await watch(page);
	const destination = () => page.locator('[data-id]').filter({ hasText: '198.51.100.9' });
	await expect(destination()).toHaveCount(0);
	if (onPhone(page)) {
		const sheet = await openFilters(page);
		await sheet.getByRole('checkbox', { name: 'Destination' }).check();
		await closeFilters(page);
	} else {
		await page.getByRole('button', { name: 'Columns' }).click();
		await page.getByRole('checkbox', { name: 'Destination' }).check();
		await page.keyboard.press('Escape');
		await expect(page.getByRole('columnheader', { name: 'Destination' })).toBeVisible();
	}
	await expect(destination()).toHaveCount(3);
	await page.reload();
	await expect(destination()).toHaveCount(3);
	await accessible(page);
	expect(wrong).toEqual([]);
});

test('what the filter finds is taken away as CSV and JSON lines', async ({ page }) => {
	const filters = onPhone(page) ? await openFilters(page) : undefined;
	const take = async (name: string) => {
		if (!filters) await page.getByRole('button', { name: 'Export' }).click();
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name }).click(),
		]);
		if (!filters) await page.keyboard.press('Escape');
		return (await bytesOf(await download.path())).toString().trim().split('\n');
	};
	expect(await take('Alerts as CSV')).toHaveLength(4);
	const lines = await take('Alerts as JSON lines');
	expect(lines.map((line) => JSON.parse(line).severity)).toContain('high');
});

test('groups and alerts are two lists of one query', async ({ page }) => {
	await openFilters(page);
	await page.getByRole('radio', { name: 'Alerts' }).check();
	await expect(page).toHaveURL(/list=alerts/);
	await expect.poll(() => queryOf(page)).toBe('FILTER');
	await expect(page.getByText('3 shown').filter({ visible: true })).toBeVisible();
	await closeFilters(page);
	const alerts = page.getByRole('table', { name: 'Alerts, newest first' });
	await expect(alerts.getByRole('row')).toHaveCount(4);
	await page.goBack();
	await expect(alerts).toHaveCount(0);
	const groups = page.getByRole('table', { name: 'Groups, the worst first' });
	await expect(groups.getByRole('row')).toHaveCount(4);
	await openFilters(page);
	await expect(page.getByText('3 groups, 3 alerts').filter({ visible: true })).toBeVisible();
	// Of all alerts it leads to all groups, and not to the view that one begins with.
	await page.goto(core.url + flat);
	await openFilters(page);
	await page.getByRole('radio', { name: 'Groups' }).check();
	await expect.poll(() => queryOf(page)).toBe('');
});

test('on a phone the severities are at hand', { tag: '@phone' }, async ({ page }) => {
	await page.getByRole('group', { name: 'Severity' }).getByRole('button', { name: 'High' }).tap();
	await expect.poll(() => queryOf(page)).toBe('FILTER severity:high');
	await expect(row(page, 'FILTER least')).toHaveCount(0);
	await expect(row(page, 'FILTER worst')).toBeVisible();
});
