import { expect, test } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { flat, look, row, signIn, watch } from './page';
import { onPhone, sizeOf } from './ways';

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

test('fields and values are offered, and taken with the keyboard alone', async ({ page }) => {
	const wrong = await watch(page);
	await core.write(alertLine({ signature: 'PAGE to be found', severity: 1 }));
	await core.write(alertLine({ signature: 'PAGE to be left out', severity: 3 }));
	await expect(row(page, 'PAGE to be found')).toBeVisible();
	const box = page.getByRole('combobox', { name: 'Query' });
	const list = page.getByRole('listbox');

	await page.keyboard.press('/');
	await page.keyboard.type('sev');
	await expect(list.getByRole('option').first()).toContainText('severity>=');
	await page.keyboard.press('Tab');
	await expect(box).toHaveValue('severity>=');
	await expect(list.getByRole('option').first()).toContainText('critical');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	await expect(list.getByRole('option', { name: 'high' })).toHaveAttribute('aria-selected', 'true');
	await page.keyboard.press('Enter');
	await expect(box).toHaveValue('severity>=high ');
	await page.keyboard.type('is:o');
	await expect(list.getByRole('option', { name: 'open' })).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(list).toHaveCount(0);
	await expect(box).toBeFocused();
	await page.keyboard.type('pen -(tag:x OR host:y)');
	await page.keyboard.press('Enter');
	await expect(row(page, 'PAGE to be found')).toBeVisible();
	await expect(row(page, 'PAGE to be left out')).toHaveCount(0);
	expect(new URL(page.url()).searchParams.get('query')).toBe('severity>=high is:open -(tag:x OR host:y)');
	expect(wrong).toEqual([]);
});

test('what the core knows is offered: clients, nodes, rules', async ({ page }) => {
	await core.write(alertLine({ signature: 'PAGE with a name of its own', sid: 4242 }));
	await expect(row(page, 'PAGE with a name of its own')).toBeVisible();
	const box = page.getByRole('combobox', { name: 'Query' });
	for (const [text, offered] of [
		['client:', 'local'],
		['node:', 'local'],
		['rule:', 'PAGE with a name of its own'],
	] as const) {
		await box.fill('');
		await box.pressSequentially(text);
		await expect(page.getByRole('option').filter({ hasText: offered }).first()).toBeVisible();
	}
	await page.getByRole('option').filter({ hasText: 'PAGE with a name of its own' }).first().click();
	await expect(box).toHaveValue('rule:4242 ');
	await expect(box).toBeFocused();
});

test('the list of choices fits the screen', async ({ page }) => {
	const scheme = onPhone(page) ? 'light' : 'dark';
	await page.emulateMedia({ colorScheme: scheme });
	const box = page.getByRole('combobox', { name: 'Query' });
	await box.click();
	await box.pressSequentially('severity>=high (rule:86* OR "a b") -h');
	await expect(page.getByRole('option').first()).toBeVisible();
	await page.keyboard.press('ArrowDown');
	await look(page, `query-${sizeOf(page)}-${scheme}`);
});
