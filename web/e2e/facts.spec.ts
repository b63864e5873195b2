import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { look, password, signIn, watch } from './page';
import { onPhone, sizeOf } from './ways';

test.use({ reducedMotion: 'reduce' });

const agents = [
	{ id: '001', name: 'till-1', ip: '10.0.0.7', status: 'active', version: 'Wazuh v4.14.7' },
	{ id: '002', name: 'files', ip: '10.0.0.8', status: 'disconnected', version: 'Wazuh v4.14.7' },
];

/** Answers the calls that a node makes of Wazuh's API. */
function manager(): Promise<Server> {
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? '', 'http://manager');
		const say = (data: unknown) => {
			response.setHeader('Content-Type', 'application/json');
			response.end(JSON.stringify({ data, error: 0 }));
		};
		if (url.pathname === '/security/user/authenticate') {
			response.setHeader('Content-Type', 'text/plain');
			response.end('token');
		} else if (url.pathname === '/agents/summary/status') {
			say({ connection: { active: 1, disconnected: 1, pending: 0, never_connected: 0, total: 2 } });
		} else {
			const found = agents.filter((agent) => agent.status === url.searchParams.get('status'));
			say({
				affected_items: found,
				total_affected_items: found.length,
				total_failed_items: 0,
				failed_items: [],
			});
		}
	});
	return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

let core: Core;
let wazuh: Server;
test.beforeAll(async () => {
	wazuh = await manager();
	const file = path.join(await mkdtemp(path.join(tmpdir(), 'socme-wazuh-')), 'password');
	await writeFile(file, 'x\n', { mode: 0o600 });
	const { port } = wazuh.address() as AddressInfo;
	core = await Core.start({
		toml: `[wazuh_api]\nurl = "http://127.0.0.1:${port}"\nusername = "wazuh"\npassword_file = ${JSON.stringify(file)}\n`,
	});
});
test.afterAll(async () => {
	await core.remove();
	wazuh.close();
});

test('machine, agents, and comments', async ({ page, context }) => {
	await signIn(core, context);
	const wrong = await watch(page);

	// The overview leads to who is away, and from there to the node.
	await page.goto(core.url);
	await expect(page.getByRole('link', { name: '1 disconnected' })).toBeVisible({ timeout: 30_000 });
	await page.getByRole('link', { name: '1 disconnected' }).click();
	await expect(page).toHaveURL(/agents\?status=disconnected/);
	const list = page.getByRole('region', { name: 'Agents', exact: true });
	await expect(list.getByRole('listitem')).toHaveCount(1);
	await expect(list.getByText('files')).toBeVisible();
	await look(page, `agents-${sizeOf(page)}`);
	await list.getByRole('button', { name: /disconnected/ }).click();
	await expect(list.getByRole('listitem')).toHaveCount(2);
	await list.getByRole('listitem').first().getByRole('link').click();

	const machine = page.getByRole('region', { name: 'Machine' });
	await expect(machine.getByText('Kernel')).toBeVisible();
	await expect(machine.getByRole('meter', { name: 'Memory' })).toBeVisible();
	await expect(page.getByRole('region', { name: 'Agents', exact: true }).getByText('till-1')).toBeVisible();
	await look(page, `node-facts-${sizeOf(page)}`);

	// A comment is internal unless it is made visible.
	await core.write(alertLine({ signature: 'commented on' }));
	const found = async () => {
		const query = new URLSearchParams({ query: '"commented on"' });
		const answer = await context.request.get(`${core.url}/api/v1/alerts?${query}`);
		return ((await answer.json()) as { items: { id: string }[] }).items[0]?.id ?? '';
	};
	await expect.poll(found).not.toBe('');
	await page.goto(`${core.url}/alerts/${await found()}`);
	if (onPhone(page)) await page.getByRole('tab', { name: 'Timeline' }).click();
	const box = page.getByRole('textbox', { name: 'Comment' });
	await box.fill('only for us');
	await box.press('Enter');
	await expect(page.getByText('only for us')).toBeVisible();
	await expect(page.getByText('internal', { exact: true })).toBeVisible();
	await box.fill('for you as well');
	await page.getByRole('checkbox', { name: 'Visible to the client' }).check();
	await page.getByRole('button', { name: 'Send' }).click();
	await expect(page.getByText('for you as well')).toBeVisible();
	await expect(page.getByText('internal', { exact: true })).toHaveCount(1);
	expect(wrong).toEqual([]);
});

test("one's own account", async ({ page, context, browser }) => {
	const owner = await browser.newContext();
	await signIn(core, owner);
	const name = 'guest';
	const invited = await owner.request.post(`${core.url}/api/v1/users`, {
		data: { name, role: 'viewer', all_clients: true },
	});
	const link = ((await invited.json()) as { path: string }).path;
	const secret = new URL(link, core.url).hash.replace('#link=', '');
	await context.request.post(`${core.url}/api/v1/session/link`, { data: { secret } });
	await context.request.put(`${core.url}/api/v1/account`, { data: { password } });
	const wrong = await watch(page);
	await page.goto(`${core.url}/settings`);
	await page.getByRole('button', { name: 'Delete my account' }).click();
	const gone = page.getByRole('button', { name: 'Delete for good' });
	await expect(gone).toBeDisabled();
	await page.getByRole('textbox', { name: /Your name, to be sure/ }).fill(name);
	const region = page.locator('section, form').filter({ has: gone }).last();
	await region.getByLabel('Present password').fill('not mine at all');
	await gone.click();
	await expect(region.getByText(/not the present password|is not right/).first()).toBeVisible();
	await look(page, `delete-account-${sizeOf(page)}`);
	await region.getByLabel('Present password').fill(password);
	await gone.click();
	await expect(page).toHaveURL(/sign-in/);
	expect((await context.request.get(`${core.url}/api/v1/session`)).status()).toBe(401);
	expect(wrong).toEqual([]);
	await owner.close();
});
