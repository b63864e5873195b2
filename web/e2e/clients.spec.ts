import { expect, test, type Browser, type BrowserContext } from '@playwright/test';
import { bytesOf, Core, RemoteNode } from './core';
import { alertLine } from './eve';
import { look, signIn, watch } from './page';
import { onPhone, sizeOf } from './ways';

// Clients as staff see them, and their own site as a client's people see it.
test.use({ reducedMotion: 'reduce' });

/** One red pixel. */
const picture = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
	'base64',
);
const line = alertLine({ signature: 'PAGE left the site', severity: 1 });

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
	for (let i = 0; i < 60; i++) await core.write(alertLine({ signature: `PAGE part ${i}`, severity: 3 }));
	await core.write(line);
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

async function idOf(context: BrowserContext, name: string): Promise<string> {
	const { items } = await (await context.request.get(`${core.url}/api/v1/clients`)).json();
	return items.find((client: { name: string }) => client.name === name).id;
}

/** A viewer of one client, signed in, in a browser of their own. */
async function viewer(browser: Browser, admin: BrowserContext, client: string, more = {}) {
	const id = await idOf(admin, client);
	const made = await admin.request.post(`${core.url}/api/v1/users`, {
		data: { name: `eve-${crypto.randomUUID()}`, role: 'viewer', clients: [id] },
	});
	expect(made.status(), await made.text()).toBe(201);
	const { path } = await made.json();
	const context = await browser.newContext({ reducedMotion: 'reduce', ...more });
	const secret = new URL(path, core.url).hash.replace('#link=', '');
	const signed = await context.request.post(`${core.url}/api/v1/session/link`, { data: { secret } });
	expect(signed.status(), await signed.text()).toBe(200);
	return { context, page: await context.newPage(), id };
}

test('a client is made, edited, held and deleted', async ({ page }) => {
	const wrong = await watch(page);
	const name = 'Harbour';
	await page.goto(`${core.url}/clients`);
	await page.getByRole('button', { name: 'Add a client' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Add a client' }).click();
	await expect(dialog.getByText('This is needed.')).toBeVisible();
	await dialog.getByLabel('Name', { exact: false }).first().fill(name);
	await dialog.getByRole('button', { name: 'Add a contact' }).click();
	await dialog.getByLabel('Phone').fill('+33 1 23 45 67 89');
	await dialog.getByRole('button', { name: 'Add a client' }).click();
	await expect(dialog.getByText('This is needed.')).toBeVisible(); // the contact's name
	await dialog.locator('li').getByLabel('Name').fill('Ada Lovelace');
	await dialog.getByLabel('Notes').fill('# Access\n- <img src=x onerror=alert(1)> **call first**');
	await dialog.getByRole('button', { name: 'Add a client' }).click();

	await expect(page.getByRole('heading', { name, level: 2 })).toBeVisible();
	await expect(page.getByRole('link', { name: 'Call Ada Lovelace: +33 1 23 45 67 89' })).toHaveAttribute(
		'href',
		'tel:+33123456789',
	);
	const notes = page.getByRole('region', { name: 'Notes' });
	await expect(notes.getByRole('heading', { name: 'Access' })).toBeVisible();
	await expect(notes.locator('strong')).toHaveText('call first');
	await expect(notes.getByText('<img src=x onerror=alert(1)>')).toBeVisible();
	await expect(notes.locator('img')).toHaveCount(0);

	await page.getByRole('button', { name: 'More actions' }).click();
	await page.getByRole('menuitem', { name: 'Edit' }).click();
	await dialog
		.locator('input[type=file]')
		.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: picture });
	await expect(dialog.getByText('A logo is a PNG, JPEG or WebP picture.')).toBeVisible();
	await dialog
		.locator('input[type=file]')
		.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: picture });
	await expect(dialog.getByText('The logo is saved.')).toBeVisible();
	await expect(dialog.locator('img')).toHaveJSProperty('complete', true);
	await dialog.getByLabel('Notes').fill('plain');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(notes.getByText('plain')).toBeVisible();
	await expect(page.locator('main img[src*="/logo?"]').first()).toBeVisible();

	const kept = page.getByRole('region', { name: 'Kept' });
	await kept.getByRole('button', { name: 'Add a hold' }).click();
	await dialog.getByRole('button', { name: 'Add a hold' }).click();
	await expect(dialog.getByText('This is needed.')).toBeVisible();
	await dialog.getByLabel('Reason').fill('case 2026-17');
	await dialog.getByLabel('From, your time').fill('2026-01-02T10:00');
	await dialog.getByRole('button', { name: 'Add a hold' }).click();
	await expect(kept.getByText('case 2026-17')).toBeVisible();

	// While it is held it cannot be deleted.
	await page.getByRole('button', { name: 'More actions' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await expect(dialog.getByText('A legal hold is about its alerts: release it first.')).toBeVisible();
	await dialog.getByRole('textbox').fill(name);
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await expect(dialog.getByRole('alert')).toBeVisible();
	await page.keyboard.press('Escape');
	await kept.getByRole('button', { name: 'Release: case 2026-17' }).click();
	await dialog.getByRole('textbox').fill(name);
	await dialog.getByRole('button', { name: 'Release' }).click();
	await expect(kept.getByText('case 2026-17')).toHaveCount(0);
	await page.getByRole('button', { name: 'More actions' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
	await dialog.getByRole('textbox').fill(name);
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await expect(page).toHaveURL(`${core.url}/clients`);
	await expect(page.getByRole('link', { name: 'local' })).toBeVisible();
	await expect(page.getByText(name)).toHaveCount(0);
	expect(wrong).toEqual([]);
});

test('a node is added to a new client, and seen to come alive', async ({ page }) => {
	const wrong = await watch(page);
	await page.goto(`${core.url}/nodes`);
	await page.getByRole('button', { name: 'Add a node' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'A new client' }).click();
	await dialog.getByLabel('Name', { exact: false }).first().fill('Foundry');
	await dialog.getByRole('button', { name: 'Add a client' }).click();
	await expect(dialog.getByLabel('Client')).toContainText('Foundry');
	await dialog.getByLabel('Name of the node').fill('foundry');
	await dialog.getByRole('button', { name: 'Make the command' }).click();
	await expect(dialog.getByRole('img', { name: 'QR code of the command' })).toBeVisible();
	await expect(dialog.getByText('Waiting for the node to enrol')).toBeVisible();
	const command = await dialog.locator('code').first().innerText();
	const token = /^socme node enrol (socme-node-\S+) --data \S+$/.exec(command)?.[1] ?? '';
	const node = await RemoteNode.enrol(core, token);
	await expect(dialog.getByText('foundry has enrolled')).toBeVisible();
	node.up();
	await expect(dialog.getByText('foundry is live')).toBeVisible({ timeout: 20_000 });
	await dialog.getByRole('link', { name: 'Open the node' }).click();
	await expect(page.getByRole('heading', { name: 'foundry', level: 2 })).toBeVisible();
	await node.kill();
	expect(wrong).toEqual([]);
});

test("a client's own people see their site, byte for byte, and no other's", async ({
	browser,
	context: admin,
}) => {
	const other = 'Rival';
	const made = await admin.request.post(`${core.url}/api/v1/clients`, {
		data: { name: other, notes: 'secret' },
	});
	expect(made.status()).toBe(201);
	const foreign = (await made.json()).id;

	const { context, page, id } = await viewer(browser, admin, 'local');
	const wrong = await watch(page);
	await page.goto(core.url);
	await expect(page).toHaveURL(`${core.url}/clients/${id}`);
	await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText(
		/serious alert|being worked on|alerts wait/,
	);
	await expect(page.getByText('None lost, none changed.')).toBeVisible();
	await expect(page.getByRole('region', { name: 'Your nodes' })).toContainText('Delivering');
	const text = await page.locator('body').innerText();
	expect(text).not.toContain(other);
	expect(text).not.toContain('SOCme');
	expect(await page.title()).toBe('local');

	await page.getByRole('link', { name: 'Read the records' }).click();
	await expect(page.getByRole('heading', { name: 'What left my site' })).toBeVisible();
	await page.getByLabel('Lane').selectOption('urgent');
	await expect(page.getByRole('listitem').filter({ hasText: 'PAGE part' })).toHaveCount(0);
	await page.getByRole('button', { name: /PAGE left the site$/ }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByText('Checked in this browser: sha256 matches the ledger')).toBeVisible();
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		dialog.getByRole('link', { name: 'Download' }).click(),
	]);
	expect((await bytesOf(await download.path())).toString()).toBe(line);
	await page.keyboard.press('Escape');
	await page.getByLabel('Lane').selectOption('normal');
	const rows = page.getByRole('button', { name: /^Open record/ });
	await expect(rows).toHaveCount(50);
	await page.getByRole('button', { name: 'Show more' }).click();
	await expect(rows).toHaveCount(60);
	await expect(page.getByText('That is all there is.')).toBeVisible();

	for (const path of [`/clients/${foreign}`, `/clients/${foreign}/records`]) {
		await page.goto(core.url + path);
		await expect(page.getByRole('alert')).toBeVisible();
		expect(await page.locator('body').innerText()).not.toContain(other);
	}
	await page.goto(`${core.url}/nodes`);
	await expect(page.getByText(/delivered$/).first()).toBeVisible();
	await expect(page.getByRole('button', { name: 'Add a node' })).toHaveCount(0);
	expect(await page.locator('body').innerText()).not.toContain('Foundry');
	expect(wrong).toEqual([]);
	await context.close();
});

test('records and the dashboard look as they should', async ({ page, context, browser }) => {
	test.setTimeout(120_000);
	// Every page is looked at in all ways elsewhere; here what only some of it shows.
	const phone = onPhone(page);
	const theme = phone ? 'light' : 'dark';
	await page.emulateMedia({ colorScheme: theme });
	if (phone) await page.addInitScript(() => localStorage.setItem('socme-language', 'fr'));
	const wrong = await watch(page);
	const id = await idOf(context, 'local');
	const name = (what: string) => `${what}-${sizeOf(page)}-${theme}`;
	await page.goto(`${core.url}/clients/${id}/records`);
	await page.getByRole('combobox').nth(1).selectOption('urgent'); // fewer rows for axe
	await expect(page.getByText('PAGE part')).toHaveCount(0);
	await page.getByRole('button', { name: /PAGE left the site$/ }).click();
	await expect(page.getByText(/sha256 (matches|est celui)/)).toBeVisible();
	await look(page, name('record'));

	const mine = await viewer(browser, context, 'local', {
		colorScheme: theme,
		locale: phone ? 'fr-FR' : 'en-GB',
	});
	wrong.push(...(await watch(mine.page)));
	await mine.page.goto(`${core.url}/clients/${mine.id}`);
	await expect(mine.page.locator('#left-title')).toBeVisible();
	await look(mine.page, name('dashboard'));
	expect(wrong).toEqual([]);
	await mine.context.close();
});
