import { createHmac } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { Core } from './core';
import { accessible, password, signIn, watch } from './page';
import { openAccount } from './ways';

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
	await expect(page.getByRole('link', { name: 'Alerts' })).toBeVisible();

	await openAccount(page, 'analyst');
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
	await expect(page.getByRole('link', { name: 'Alerts' })).toBeVisible();
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
		await expect(tab.getByRole('heading', { name: 'Alerts', level: 1 })).toBeVisible();
	}
	await openAccount(page, 'analyst');
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await expect(other.getByRole('heading', { name: 'Sign in to SOCme' })).toBeVisible();
});

/** The code that an authenticator app shows (RFC 6238); `ahead` steps from now. */
function code(secret: string, ahead = 0): string {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
	const mac = createHmac('sha1', key).update(counter).digest();
	const at = (mac[mac.length - 1] ?? 0) & 0xf;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a second factor is set up, asked for, and sessions are ended', async ({ page, context }) => {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(`${core.url}/settings`);
	await page.getByRole('button', { name: 'Set up' }).click();
	await expect(page.getByRole('img', { name: 'QR code of the secret' })).toBeVisible();
	await accessible(page);
	const secret = (await page.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? '';
	await page.getByLabel('Code', { exact: true }).fill(code(secret));
	const factor = page.getByRole('region', { name: 'Second factor' });
	await factor.getByRole('textbox', { name: 'Present password' }).fill(password);
	await page.getByRole('button', { name: 'Use it from now on' }).click();
	await expect(page.getByText('Recovery codes, shown this once')).toBeVisible();
	await accessible(page);

	// Another browser is asked for the code.
	const other = await context.browser()?.newContext();
	if (!other) throw new Error('no browser');
	const phone = await other.newPage();
	await phone.goto(`${core.url}/sign-in`);
	await phone.getByLabel('User').fill('analyst');
	await phone.getByRole('textbox', { name: 'Password' }).fill(password);
	await phone.getByRole('button', { name: 'Continue' }).click();
	await expect(phone.getByLabel('Code')).toBeFocused();
	await expect(phone.getByRole('alert')).toHaveCount(0);
	await accessible(phone);
	await phone.getByLabel('Code').fill('123');
	await phone.getByRole('button', { name: 'Continue' }).click();
	await expect(phone.getByText('code is not right')).toBeVisible();
	await phone.getByLabel('Code').fill(code(secret, 1));
	await phone.getByRole('button', { name: 'Continue' }).click();
	await expect(phone.getByRole('link', { name: 'Alerts' })).toBeVisible();

	// Here it is seen, and ended.
	await page.reload();
	await expect(page.getByText('this one')).toBeVisible();
	await page.getByRole('button', { name: 'End the session from 127.0.0.1' }).click();
	await expect(page.getByRole('button', { name: 'End the session from 127.0.0.1' })).toHaveCount(0);
	await phone.reload();
	await expect(phone.getByRole('heading', { name: 'Sign in to SOCme' })).toBeVisible();
	await other.close();
	expect(wrong).toEqual([]);
});
