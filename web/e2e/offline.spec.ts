import { expect, test } from '@playwright/test';
import { Core, RemoteNode } from './core';
import { accessible, flat, row, signIn, watch } from './page';

let core: Core;
let node: RemoteNode;
test.beforeAll(async () => {
	core = await Core.start();
});
test.afterAll(async () => {
	await node.kill();
	await core.remove();
});

test('a node that falls silent is said on every page, and resolved where it stands', async ({
	page,
	context,
}) => {
	test.setTimeout(240_000);
	const wrong = await watch(page);
	await signIn(core, context);
	const clients = await (await context.request.get(`${core.url}/api/v1/clients`)).json();
	const made = await context.request.post(`${core.url}/api/v1/clients/${clients.items[0].id}/node-tokens`, {
		data: { name: 'far-gate' },
	});
	expect(made.status(), await made.text()).toBe(201);
	node = await RemoteNode.enrol(core, (await made.json()).token);
	node.up();
	await page.goto(`${core.url}/nodes`);
	const listed = page.getByRole('listitem').filter({ hasText: 'far-gate' });
	await expect(listed).toContainText('Delivering', { timeout: 30_000 });
	await node.kill();
	await expect(listed).toContainText('Offline', { timeout: 60_000 });

	await listed.getByRole('link').click();
	await expect(page.getByRole('alert')).toContainText(/Offline since \d\d:\d\d:\d\d/);
	await expect(page.getByRole('region', { name: 'Health' })).toContainText('as it was');
	await page.screenshot({ path: 'test-results/pictures/offline-desktop-dark.png' });
	await accessible(page);

	await page.goto(`${core.url}${flat}&query=${encodeURIComponent('rule:node-offline')}`);
	const alert = row(page, 'Node far-gate is offline');
	await expect(alert).toBeVisible({ timeout: 30_000 });
	await expect(alert).not.toContainText('Resolved');
	await alert.getByRole('link').click();
	const sheet = page.getByRole('complementary', { name: 'Alert' });
	await expect(sheet.getByRole('heading', { name: 'Node far-gate is offline' })).toBeVisible();
	await expect(sheet).not.toContainText('Resolved');
	const place = await alert.boundingBox();

	node.up();
	await expect(alert).toContainText('Resolved', { timeout: 60_000 });
	await expect(sheet).toContainText(/Resolved by itself, .*:\s+the node was heard again/);
	expect(await alert.boundingBox()).toEqual(place);
	await expect(page.getByRole('button', { name: /new$/ })).toHaveCount(0);
	await page.screenshot({ path: 'test-results/pictures/resolved-desktop-dark.png' });
	await accessible(page);
	expect(wrong).toEqual([]);
});
