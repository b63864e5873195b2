import { expect, test } from '@playwright/test';
import { Core } from './core';
import { accessible, password, signIn, watch } from './page';

let core: Core;
test.beforeEach(async () => {
	core = await Core.start();
});
test.afterEach(() => core.remove());

test('the printed link signs in once, a password lets one come back', async ({ page }) => {
	const wrong = await watch(page);
	const link = await core.link();
	await page.goto(link);
	await expect(page.getByRole('heading', { name: 'Welcome to SOCme' })).toBeVisible();
	// The secret has left the address bar.
	expect(page.url()).toBe(`${core.url}/sign-in`);
	await accessible(page);

	await page.getByLabel('Your name').fill('analyst');
	await page.getByRole('textbox', { name: 'Password' }).fill('short');
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('heading', { name: 'Welcome to SOCme' })).toBeVisible();
	await page.getByRole('textbox', { name: 'Password' }).fill(password);
	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('heading', { name: 'Alerts', level: 1 })).toBeVisible();
	await expect(page.getByText('No alerts yet')).toBeVisible();

	await page.getByRole('button', { name: 'Account of analyst' }).click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await expect(page.getByRole('heading', { name: 'Sign in to SOCme' })).toBeVisible();
	await page.goto(`${core.url}/nodes`);
	await expect(page).toHaveURL(`${core.url}/sign-in?next=%2Fnodes`);
	await accessible(page);

	await page.getByLabel('User').fill('analyst');
	await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
	await page.getByRole('button', { name: 'Continue' }).click();
	await expect(page.getByRole('alert')).toContainText('not right');
	await page.getByRole('textbox', { name: 'Password' }).fill(password);
	await page.getByRole('button', { name: 'Continue' }).click();
	await expect(page).toHaveURL(`${core.url}/nodes`);
	expect(wrong).toEqual([]);
});

test('a link works once, and what it cannot do is said', async ({ page, browser }) => {
	const link = await core.link();
	await page.goto(link);
	await page.getByRole('button', { name: 'Later' }).click();
	await expect(page).toHaveURL(`${core.url}/alerts`);
	const other = await browser.newContext();
	const again = await other.newPage();
	await again.goto(link);
	await expect(again.getByRole('alert')).toContainText('Restart');
	expect(again.url()).toBe(`${core.url}/sign-in`);
	await other.close();
});

test('signing out in one tab signs the others out', async ({ page, context }) => {
	await signIn(core, context);
	const other = await context.newPage();
	for (const tab of [page, other]) {
		await tab.goto(`${core.url}/alerts`);
		await expect(tab.getByText('No alerts yet')).toBeVisible();
	}
	await page.getByRole('button', { name: 'Account of analyst' }).click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await expect(other.getByRole('heading', { name: 'Sign in to SOCme' })).toBeVisible();
});
