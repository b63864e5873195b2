import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { accessible, password, signIn, watch } from './page';

// Users, tokens, the audit and one's own settings, as an admin and as who may see none of it.
test.describe.configure({ timeout: 180_000 }); // a machine with other things to do

let core: Core;
test.beforeAll(async () => {
	core = await Core.start({ demo: true });
});
test.afterAll(() => core.remove());

const user = 'ada';

test('a user is invited, comes in once, and is deleted by name', async ({ page, context, browser }) => {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(`${core.url}/users?add`);
	const form = page.getByRole('dialog', { name: 'Invite a user' });
	await form.getByRole('button', { name: 'Invite a user' }).click();
	await expect(form.getByText('This is needed.')).toBeVisible();
	await form.getByLabel('Name').fill(user);
	await form.getByLabel('Role').selectOption('viewer');
	await form.getByRole('button', { name: 'Invite a user' }).click();
	await expect(form.getByText('Choose at least one client')).toBeVisible();
	await form.getByRole('checkbox', { name: 'Demo clinic' }).check();
	await accessible(page);
	await form.getByRole('button', { name: 'Invite a user' }).click();
	const shown = page.getByRole('dialog', { name: `Link for ${user}` });
	const link = (await shown.getByText('/sign-in#link=').textContent()) ?? '';
	await accessible(page);
	await shown.getByRole('button', { name: 'Done' }).click();
	await expect(page.getByRole('listitem').filter({ hasText: user })).toContainText('invited, not here yet');

	const theirs = await browser.newContext();
	const viewer = await theirs.newPage();
	await viewer.goto(link);
	await viewer.getByRole('textbox', { name: 'Password' }).fill(password);
	await viewer.getByRole('button', { name: 'Save' }).click();
	// Who sees one client alone begins there.
	await expect(viewer).toHaveURL(/\/clients\/.+/);
	await refused(viewer);
	await theirs.close();

	await page.getByRole('button', { name: `More about ${user}` }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await confirm(page, `Delete the user ${user}`, user, 'Delete');
	await expect(page.getByRole('listitem').filter({ hasText: user })).toHaveCount(0);
	expect(wrong).toEqual([]);
});

test('a token is made, shown once, and deleted', async ({ page, context }) => {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(`${core.url}/tokens`);
	await page.getByRole('button', { name: 'Make a token' }).click();
	const form = page.getByRole('dialog', { name: 'Make a token' });
	await form.getByLabel('Name').fill('nightly');
	await accessible(page);
	await form.getByRole('button', { name: 'Make a token' }).click();
	const made = page.getByRole('dialog', { name: /The token nightly/ });
	const secret = (await made.locator('code').textContent()) ?? '';
	const asked = await page.request.get(`${core.url}/api/v1/alerts?limit=1`, {
		headers: { Authorization: `Bearer ${secret}`, Cookie: '' },
	});
	expect(asked.status()).toBe(200);
	await made.getByRole('button', { name: 'Done' }).click();
	await expect(page.getByText(secret)).toHaveCount(0);
	await page.getByRole('button', { name: 'Delete the token nightly' }).click();
	await confirm(page, 'Delete the token nightly', 'nightly', 'Delete');
	await expect(page.getByText('No token yet')).toBeVisible();
	expect(wrong).toEqual([]);
});

test('the audit tells who did what, and its chain is checked', async ({ page, context }) => {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(`${core.url}/audit`);
	// However narrow it is, what was done has room for its words.
	const rows = page.getByRole('listitem');
	await expect(rows.first()).toBeVisible();
	expect(Math.max(...(await rows.evaluateAll((all) => all.map((row) => row.clientHeight))))).toBeLessThan(
		110,
	);
	await page.getByLabel('Did').selectOption('invite');
	await expect(page).toHaveURL(/verb=invite/);
	const record = page.getByRole('button', { name: `invited the user ${user}` });
	await record.click();
	await expect(page.getByRole('group', { name: /^Record/ })).toContainText('viewer');
	await accessible(page);
	await page.getByRole('button', { name: 'Check the chain' }).click();
	await expect(page.getByText(/hold: none was changed/)).toBeVisible();
	await page.getByRole('button', { name: 'How long the audit is kept' }).click();
	const dialog = page.getByRole('dialog', { name: 'How long the audit is kept' });
	await dialog.getByLabel('Days').fill('100');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog.getByRole('alert')).toContainText('180');
	await accessible(page);
	await dialog.getByLabel('Days').fill('400');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Records are kept 400 days.')).toBeVisible();
	await expect(dialog).toBeHidden(); // while it goes away the page behind it takes nothing
	await page.getByLabel('Name or id').fill('nobody-has-this-name');
	await page.getByRole('button', { name: 'Search', exact: true }).click();
	await expect(page.getByText('Nothing was done that fits')).toBeVisible();
	await page.getByRole('button', { name: 'Show all' }).click();
	await expect(page.getByRole('listitem').first()).toBeVisible();
	expect(wrong).toEqual([]);
});

test('one changes theme, language and password', async ({ page, context }) => {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(`${core.url}/settings`);
	await page.getByRole('radio', { name: 'Light' }).check({ force: true });
	await expect(page.locator('html')).not.toHaveClass(/dark/);
	const form = page.getByRole('region', { name: 'Password' });
	await form.getByRole('textbox', { name: 'New password' }).fill('short');
	await form.getByRole('button', { name: 'Save' }).click();
	await expect(form.getByText('At least 10 characters.', { exact: true })).toBeVisible();
	await form.getByRole('textbox', { name: 'New password' }).fill(password);
	await form.getByRole('textbox', { name: 'Present password' }).fill(password);
	await form.getByRole('button', { name: 'Save' }).click();
	await expect(form.getByText('Changed')).toBeVisible();
	await page.getByRole('radio', { name: 'Français' }).check({ force: true });
	await expect(page.getByRole('heading', { name: 'Réglages' })).toBeVisible();
	await accessible(page);
	expect(wrong).toEqual([]);
});

/** What is for admins is not offered, and says so where it is asked for. */
async function refused(page: Page): Promise<void> {
	await expect(page.getByRole('link', { name: 'Users' })).toHaveCount(0);
	for (const [path, title] of [
		['/users', 'Users are for admins'],
		['/tokens', 'Tokens are for admins'],
		['/audit', 'The audit is for admins'],
	] as const) {
		await page.goto(core.url + path);
		await expect(page.getByRole('heading', { name: title })).toBeVisible();
	}
}

async function confirm(page: Page, title: string, name: string, action: string): Promise<void> {
	const dialog = page.getByRole('dialog', { name: title });
	await expect(dialog.getByRole('button', { name: action })).toBeDisabled();
	await dialog.getByRole('textbox', { name: `Type ${name} to go on` }).fill(name);
	await dialog.getByRole('button', { name: action }).click();
	await expect(dialog).toHaveCount(0);
}
