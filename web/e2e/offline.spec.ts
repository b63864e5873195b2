import { expect, test } from '@playwright/test';
import { Core, RemoteNode } from './core';
import { accessible, flat, picture, row, signIn, watch } from './page';
import { onPhone, openedAlert } from './ways';

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
	await picture(page, 'offline-dark');
	await accessible(page);

	await page.goto(`${core.url}${flat}&query=${encodeURIComponent('rule:node-offline')}`);
	const alert = row(page, 'Node far-gate is offline');
	await expect(alert).toBeVisible({ timeout: 30_000 });
	await expect(alert).not.toContainText('Resolved');
	await alert.getByRole('link').click();
	const opened = openedAlert(page);
	await expect(opened.getByRole('heading', { name: 'Node far-gate is offline' })).toBeVisible();
	await expect(opened).not.toContainText('Resolved');
	const beside = onPhone(page) ? undefined : alert;
	const place = await beside?.boundingBox();

	node.up();
	await expect(opened).toContainText(/Resolved by itself, .*:\s+the node was heard again/, {
		timeout: 60_000,
	});
	await picture(page, 'resolved-dark');
	await accessible(page);
	expect(await beside?.boundingBox()).toEqual(place);
	if (!beside) await page.goBack();
	await expect(alert).toContainText('Resolved');
	await expect(page.getByRole('button', { name: /new$/ })).toHaveCount(0);
	expect(wrong).toEqual([]);
});
