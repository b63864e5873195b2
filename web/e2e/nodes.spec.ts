import { expect, test } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { signIn, watch } from './page';

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

test('delivery is proven record by record, and broken lines are counted', async ({ page }) => {
	const wrong = await watch(page);
	for (let i = 0; i < 5; i++) await core.write(alertLine({ signature: `PAGE urgent ${i}`, severity: 1 }));
	for (let i = 0; i < 7; i++) await core.write(alertLine({ signature: `PAGE normal ${i}`, severity: 3 }));
	await core.write('{"timestamp": "cut off');
	await core.write('x'.repeat((1 << 20) + 10));
	await page.goto(`${core.url}/nodes`);
	await expect(page.getByText('12 of 12 delivered')).toBeVisible({ timeout: 20_000 });
	await page.getByRole('listitem').getByRole('link').click();
	await expect(page.getByText('Delivering', { exact: true })).toBeVisible();
	const proof = page.getByRole('region', { name: 'Delivery proof' });
	await expect(proof).toContainText('12');
	await expect(proof).toContainText('of 12 delivered');
	await expect(page.getByRole('img', { name: 'urgent lane: 5 delivered' })).toBeVisible();
	await expect(page.getByRole('img', { name: 'normal lane: 7 delivered' })).toBeVisible();
	const sources = page.getByRole('region', { name: 'Sources' });
	await expect(sources).toContainText('Too long 1', { timeout: 20_000 });
	await expect(sources).toContainText('Malformed 1');
	expect(wrong).toEqual([]);
});

test('a node is revoked by its name only', async ({ page }) => {
	await page.goto(`${core.url}/nodes`);
	const link = page.getByRole('listitem').getByRole('link');
	const name = (await link.innerText()).trim();
	await link.click();
	await page.getByRole('button', { name: 'More actions' }).click();
	await page.getByRole('menuitem', { name: 'Revoke' }).click();
	const dialog = page.getByRole('dialog');
	const revoke = dialog.getByRole('button', { name: 'Revoke' });
	await expect(revoke).toBeDisabled();
	await dialog.getByRole('textbox').fill(`${name}x`);
	await expect(revoke).toBeDisabled();
	await dialog.getByRole('textbox').fill(name);
	await revoke.click();
	await expect(page.getByText('Revoked', { exact: true })).toBeVisible();
	await expect(page.getByRole('button', { name: 'More actions' })).toHaveCount(0);
});
