import { createServer, type Server } from 'node:http';
import { expect, test } from '@playwright/test';
import { Core } from './core';
import { look, signIn, watch } from './page';
import { sizeOf } from './ways';

// What publishers publish, read by the real core, which asks nobody in a private network.
let core: Core;
let near: Server;
let asked = 0;
test.beforeAll(async () => {
	core = await Core.start({ demo: true });
	near = createServer((_, answer) => {
		asked++;
		answer.end('<rss version="2.0"><channel><title>x</title></channel></rss>');
	});
	await new Promise<void>((done) => near.listen(0, '127.0.0.1', done));
});
test.afterAll(async () => {
	near.close();
	await core.remove();
});

test('advisories are read, found, and publishers kept', async ({ page, context }) => {
	const wrong = await watch(page);
	await signIn(core, context);
	await page.goto(`${core.url}/advisories`);
	await expect(page.getByRole('list', { name: 'Alerts' }).getByRole('listitem')).toHaveCount(2);
	await page.getByRole('tab', { name: 'Advisories' }).click();
	await expect(page.getByRole('list', { name: 'Advisories' }).getByRole('listitem')).toHaveCount(4);
	await page.getByRole('searchbox').fill('resolver');
	await expect(page.getByRole('list', { name: 'Advisories' }).getByRole('listitem')).toHaveCount(1);
	await page.getByRole('searchbox').fill('nothing like it');
	await page.getByRole('button', { name: 'Clear the search' }).click();
	await expect(page.getByRole('list', { name: 'Advisories' }).getByRole('listitem')).toHaveCount(4);
	await look(page, `advisories-${sizeOf(page)}`);

	await page.getByRole('tab', { name: 'Publishers' }).click();
	await page.getByRole('button', { name: 'Add a publisher' }).click();
	const form = page.getByRole('dialog');
	await form.getByLabel('Name').fill('Near');
	await form.getByLabel('Address').fill('cert.example');
	await form.getByRole('button', { name: 'Save' }).click();
	await expect(form.getByLabel('Address')).toBeFocused();
	const address = near.address();
	if (address === null || typeof address === 'string') throw new Error('no port');
	await form.getByLabel('Address').fill(`http://127.0.0.1:${address.port}/`);
	await form.getByRole('button', { name: 'Save' }).click();
	const row = page.getByRole('listitem').filter({ hasText: 'Near' });
	await expect(row.getByText('private network')).toBeVisible();
	expect(asked).toBe(0);
	await look(page, `publishers-${sizeOf(page)}`);
	await row.getByRole('button', { name: 'Actions' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await page.getByRole('dialog').getByRole('textbox').fill('Near');
	await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
	await expect(row).toHaveCount(0);
	expect(wrong).toEqual([]);
});
