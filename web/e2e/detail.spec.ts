import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { signIn, watch } from './page';
import { onPhone } from './ways';

// The detail of an alert and of a group: what is known of it, and what people do with it.

let core: Core;
let admin: BrowserContext;
let rule = 9000500;

test.beforeAll(async ({ browser }) => {
	core = await Core.start();
	admin = await browser.newContext();
	await signIn(core, admin);
});
test.afterAll(async () => {
	await admin.close();
	await core.remove();
});
test.beforeEach(({ context }) => signIn(core, context));

const headers = () => ({ Origin: core.url });

async function ask(path: string) {
	return (await admin.request.get(`${core.url}/api/v1${path}`)).json();
}

/** Writes alerts of a rule of their own, and waits until the core has them. */
async function alertsOf(signature: string, n = 1): Promise<{ id: string; group: string; sid: number }> {
	const sid = rule++;
	for (let i = 0; i < n; i++)
		await core.write(alertLine({ signature, sid, time: new Date(Date.now() - (n - i) * 1000) }));
	let items: { id: string }[] = [];
	await expect
		.poll(async () => (items = (await ask(`/alerts?query=rule:${sid}&limit=500`)).items).length)
		.toBe(n);
	const id = items[0]?.id ?? '';
	return { id, group: (await ask(`/alerts/${id}`)).group, sid };
}

/** Somebody else who works here, in a browser of their own. */
async function colleague(
	browser: Browser,
	name: string,
	role: string,
	more: object,
): Promise<BrowserContext> {
	const made = await admin.request.post(`${core.url}/api/v1/users`, {
		data: { name, role, ...more },
		headers: headers(),
	});
	expect(made.status(), await made.text()).toBe(201);
	const secret = (await made.json()).path.replace('/sign-in#link=', '');
	const context = await browser.newContext();
	const used = await context.request.post(`${core.url}/api/v1/session/link`, {
		data: { secret },
		headers: headers(),
	});
	expect(used.status(), await used.text()).toBe(200);
	return context;
}

const timeline = (page: Page) => page.getByRole('list', { name: 'Timeline' });

/** What stands side by side at a desk is behind tabs on a phone. */
async function tab(page: Page, name: string): Promise<void> {
	if (onPhone(page)) await page.getByRole('tab', { name }).tap();
}

test('an alert is acknowledged, claimed, resolved and taken back', async ({ page }) => {
	const { id } = await alertsOf('PAGE steps');
	const wrong = await watch(page);
	await page.goto(`${core.url}/alerts/${id}`);
	const state = (word: string) => expect(page.getByText(word, { exact: true }).first()).toBeVisible();
	const press = (key: string, button: string) =>
		onPhone(page) ? page.getByRole('button', { name: button }).click() : page.keyboard.press(key);
	await state('Open');
	await press('a', 'Acknowledge');
	await expect(page.getByRole('status').filter({ hasText: '1 alert acknowledged' })).toBeVisible();
	await state('Acknowledged');
	await press('c', 'Claim');
	await expect(page.getByText('Claimed by you').first()).toBeAttached();
	await press('r', 'Resolve');
	const verdicts = page.getByRole('group', { name: 'Verdict' });
	await expect(verdicts).toBeVisible();
	if (onPhone(page)) {
		const box = await verdicts.getByRole('button', { name: 'False positive' }).boundingBox();
		expect(box?.height).toBeGreaterThanOrEqual(44);
	}
	await press('f', 'False positive');
	await state('Resolved');
	await expect(page.getByRole('status').filter({ hasText: 'resolved: false positive' })).toBeVisible();
	await press('u', 'Undo');
	await state('Acknowledged');
	await tab(page, 'Timeline');
	await expect(timeline(page).getByText('You resolved it: false positive')).toBeVisible();
	await expect(timeline(page).getByText('You took a step back')).toBeVisible();
	await expect(timeline(page).getByText('Stored at the core')).toBeVisible();
	// What does not fit says why instead of doing nothing.
	const acknowledge = page.getByRole('button', { name: 'Acknowledge' });
	await expect(acknowledge).toHaveAttribute('aria-disabled', 'true');
	await acknowledge.click({ force: true });
	await expect(page.getByRole('status').filter({ hasText: 'It is acknowledged already' })).toBeVisible();
	await page.getByRole('button', { name: 'More', exact: true }).click();
	await page.getByRole('menuitem', { name: 'Release' }).click();
	await expect(timeline(page).getByText('You released it')).toBeVisible();
	expect(wrong).toEqual([]);
});

test('a comment mentions a colleague, and is there for others at once', async ({ page, browser }) => {
	const { id } = await alertsOf('PAGE said');
	const name = 'bobby';
	const bob = await colleague(browser, name, 'analyst', { all_clients: true });
	const theirs = await bob.newPage();
	await theirs.goto(`${core.url}/alerts/${id}`);
	await page.goto(`${core.url}/alerts/${id}`);
	await expect(page.getByRole('heading', { name: 'PAGE said', level: 2 })).toBeVisible();
	const box = page.getByRole('textbox', { name: 'Comment' });
	await tab(page, 'Timeline');
	await expect(box).toBeVisible();
	if (onPhone(page)) await box.tap();
	else await page.keyboard.press('m');
	await expect(box).toBeFocused();
	await page.keyboard.type(`ask @${name.slice(0, 3)}`);
	await expect(page.getByRole('option', { name: `@${name}` })).toBeVisible();
	await page.keyboard.press('Enter');
	await page.keyboard.type('please');
	await expect(box).toHaveValue(`ask @${name} please`);
	await page.keyboard.press('Enter');
	await expect(box).toHaveValue('');
	await expect(timeline(page).getByText(`@${name}`)).toBeVisible();
	await tab(theirs, 'Timeline');
	await expect(timeline(theirs).getByText('analyst commented')).toBeVisible();

	// And what they do is here, without a reload; of two who claim, one reads who was first.
	await theirs.keyboard.press('c');
	await expect(page.getByText(`Claimed by ${name}`).first()).toBeAttached();
	await page.getByRole('button', { name: 'Claim' }).click({ force: true });
	await expect(page.getByRole('status').filter({ hasText: `${name} has it` })).toBeVisible();
	await page.getByRole('button', { name: 'More', exact: true }).click();
	await page.getByRole('menuitem', { name: 'Assign…' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'analyst' }).click();
	await expect(timeline(page).getByText('You gave it to you')).toBeVisible();
	// A word of one's own, to find it again by.
	await page.getByRole('button', { name: 'More', exact: true }).click();
	await page.getByRole('menuitem', { name: 'Tags…' }).click();
	await page.getByRole('textbox', { name: 'New tag' }).fill('Monday');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Remove the tag monday' })).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByText('monday', { exact: true }).first()).toBeVisible();
	await expect(timeline(page).getByText('monday', { exact: true })).toBeVisible();
	await bob.close();
});

test('a group shows its alerts page by page, and new ones wait', async ({ page }) => {
	const { group, sid } = await alertsOf('PAGE many', 60);
	const wrong = await watch(page);
	await page.goto(`${core.url}/groups/${group}`);
	await expect(page.getByText(/60 alerts since/)).toBeVisible();
	await tab(page, 'Alerts');
	const alerts = page.getByRole('link', { name: /→ 198\.51\.100\.9:443/ });
	await expect(alerts).toHaveCount(50);
	await page.getByRole('button', { name: 'Show more' }).click();
	await expect(alerts).toHaveCount(60);
	await expect(page.getByText('These are all')).toBeVisible();
	await core.write(alertLine({ signature: 'PAGE many', sid }));
	await page.getByRole('button', { name: '1 new' }).click();
	await expect(page.getByText(/61 alerts since/)).toBeVisible();
	await page.getByRole('button', { name: 'Resolve' }).click();
	await page.getByRole('group', { name: 'Verdict' }).getByRole('button', { name: 'Benign' }).click();
	await expect(page.getByRole('status').filter({ hasText: '61 alerts resolved: benign' })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(page.getByRole('button', { name: 'Acknowledge' })).toBeVisible();
	expect(wrong).toEqual([]);
});

test('where else it was seen, and what came of it before', async ({ page }) => {
	const { id, sid } = await alertsOf('PAGE seen', 3);
	const [, old] = (await ask(`/alerts?query=rule:${sid}`)).items;
	const body = { data: { verb: 'resolve', verdict: 'true-positive' }, headers: headers() };
	expect((await admin.request.post(`${core.url}/api/v1/alerts/${old.id}/actions`, body)).status()).toBe(200);
	await page.goto(`${core.url}/alerts/${id}`);
	await expect(page.getByText('TLS traffic from 192.0.2.47:51844 to 198.51.100.9:443')).toBeVisible();
	const seen = page.getByRole('link', { name: /cdn-assets\.example/ });
	await expect(seen).toContainText(/\d+ alerts/);
	await tab(page, 'Similar');
	await expect(page.getByText('3 times', { exact: true })).toBeVisible();
	await expect(page.getByRole('link', { name: /True positive/ })).toHaveAttribute(
		'href',
		`/alerts/${old.id}`,
	);
	await tab(page, 'What fired');
	await seen.click();
	await expect(page).toHaveURL(/list=alerts&query=domain%3Acdn-assets\.example/);
});

test('who may not act sees no button; a client’s own people are told in plain words', async ({ browser }) => {
	const { id } = await alertsOf('PAGE for viewers');
	const client = (await ask(`/alerts/${id}`)).client;
	const viewer = await colleague(browser, 'vera', 'viewer', { all_clients: true });
	const own = await colleague(browser, 'cleo', 'viewer', { clients: [client] });
	for (const { context, plain } of [
		{ context: viewer, plain: false },
		{ context: own, plain: true },
	]) {
		const page = await context.newPage();
		await page.goto(`${core.url}/alerts/${id}`);
		await expect(page.getByRole('heading', { name: 'PAGE for viewers', level: 2 })).toBeVisible();
		await expect(page.getByRole('heading', { name: 'Why it fired' })).toBeVisible();
		for (const button of ['Acknowledge', 'Claim', 'Resolve', 'Escalate', 'More'])
			await expect(page.getByRole('button', { name: button })).toHaveCount(0);
		await expect(page.getByText('Suricata rule', { exact: true })).toHaveCount(plain ? 0 : 1);
		await expect(page.getByText('Observables')).toHaveCount(plain ? 0 : 1);
		await tab(page, 'Timeline');
		await expect(page.getByText('Stored at the core')).toBeVisible();
		await expect(page.getByRole('textbox', { name: 'Comment' })).toHaveCount(0);
		await tab(page, 'Raw');
		await expect(page.getByText('Checked in this browser')).toBeVisible();
		await context.close();
	}
});

test('in French', async ({ page }) => {
	const { id, group } = await alertsOf('PAGE in French', 2);
	await page.addInitScript(() => localStorage.setItem('socme-language', 'fr'));
	await page.goto(`${core.url}/alerts/${id}`);
	await page.getByRole('button', { name: 'Prendre en compte' }).click();
	await expect(page.getByRole('status').filter({ hasText: '1 alerte prise en compte' })).toBeVisible();
	await tab(page, 'Chronologie');
	await expect(timeline(page)).toHaveCount(0);
	await expect(page.getByText('Vous l’avez prise en compte')).toBeVisible();
	await page.goto(`${core.url}/groups/${group}`);
	await expect(page.getByText(/^2 alertes depuis/)).toBeVisible();
});
