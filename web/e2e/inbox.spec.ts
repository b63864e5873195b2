import { expect, test, type APIRequestContext, type Browser, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { accessible, row, signIn, watch } from './page';
import { onPhone } from './ways';

let core: Core;
test.describe.configure({ timeout: 120_000 });
let sid = 7_000_000;
test.beforeAll(async () => {
	core = await Core.start();
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

/** One group more: a rule of its own. */
async function group(name: string, severity = 1): Promise<number> {
	sid++;
	await core.write(alertLine({ signature: name, sid, severity }));
	return sid;
}

async function inbox(page: Page, query = '-is:resolved'): Promise<void> {
	await page.goto(`${core.url}/alerts?${new URLSearchParams({ query })}`);
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
}

async function stateOf(request: APIRequestContext, query: string) {
	const answer = await request.get(`${core.url}/api/v1/groups?${new URLSearchParams({ query })}`);
	return (await answer.json()).items[0] as { state: string; owner?: string; alerts: number } | undefined;
}

/** Somebody else, signed in elsewhere. */
async function colleague(
	browser: Browser,
	admin: APIRequestContext,
	name: string,
): Promise<APIRequestContext> {
	const invited = await admin.post(`${core.url}/api/v1/users`, {
		data: { name, role: 'analyst', all_clients: true },
	});
	expect(invited.status(), await invited.text()).toBe(201);
	const secret = ((await invited.json()).path as string).replace('/sign-in#link=', '');
	const { request } = await browser.newContext();
	const signed = await request.post(`${core.url}/api/v1/session/link`, { data: { secret } });
	expect(signed.status(), await signed.text()).toBe(200);
	return request;
}

test('the worst comes first, counts rise in place, and what is new waits', async ({ page }) => {
	const wrong = await watch(page);
	await group('INBOX low', 3);
	const loud = await group('INBOX loud');
	await page.goto(`${core.url}/alerts`);
	await expect(page).toHaveURL(/query=-is%3Aresolved/);
	await expect(row(page, 'INBOX loud')).toBeVisible();
	const names = await page.getByRole('row').getByRole('link').allTextContents();
	expect(names.indexOf('INBOX loud')).toBeLessThan(names.indexOf('INBOX low'));

	if (onPhone(page)) await row(page, 'INBOX low').getByRole('checkbox').tap();
	else await page.keyboard.press('j');
	const place = await row(page, 'INBOX low').boundingBox();
	await core.write(alertLine({ signature: 'INBOX loud', sid: loud }));
	const loudest = row(page, 'INBOX loud');
	await expect(
		onPhone(page) ? loudest.getByText('×2') : loudest.getByRole('cell', { name: '2', exact: true }),
	).toBeVisible();
	await group('INBOX newcomer');
	await expect(page.getByRole('button', { name: '1 new' })).toBeVisible();
	await expect(row(page, 'INBOX newcomer')).toHaveCount(0);
	expect(await row(page, 'INBOX low').boundingBox()).toEqual(place);
	if (onPhone(page)) await page.getByRole('button', { name: '1 new' }).tap();
	else await page.keyboard.press('n');
	await expect(row(page, 'INBOX newcomer')).toBeVisible();
	await accessible(page);
	expect(wrong).toEqual([]);
});

test('one key a step, two for a verdict, and u takes it back', async ({ page }) => {
	const rule = await group('INBOX by keys');
	await inbox(page, `rule:${rule}`);
	const line = row(page, 'INBOX by keys');
	await expect(line).toContainText('Open');
	await page.keyboard.press('j');
	await page.keyboard.press('a');
	await expect(line).toContainText('Acknowledged');
	await expect(page.getByText('1 alert acknowledged', { exact: true })).toBeVisible();
	await page.keyboard.press('c');
	await expect(line.getByTitle('analyst')).toBeVisible();
	await page.keyboard.press('e');
	await expect(line).toContainText('Escalated');
	await page.keyboard.press('a');
	await expect(line).toContainText('It is escalated already');
	await page.keyboard.press('r');
	await expect(page.getByRole('group', { name: 'Verdict' })).toBeVisible();
	await page.keyboard.press('f');
	await expect(line).toContainText('Resolved');
	await page.keyboard.press('u');
	await expect(line).toContainText('Escalated');
	await page.keyboard.press('r');
	await page.keyboard.press('Escape');
	await page.keyboard.press('f');
	await expect(line).toContainText('Escalated');
	expect(await stateOf(page.request, `rule:${rule}`)).toMatchObject({ state: 'escalated', owner: 'analyst' });
});

test('who was faster is said in the row', async ({ page, browser }) => {
	const rule = await group('INBOX for two');
	await inbox(page, `rule:${rule}`);
	const line = row(page, 'INBOX for two');
	await expect(line).toBeVisible();
	const other = await colleague(browser, page.request, 'Théo');
	const found = await other.get(`${core.url}/api/v1/groups?query=rule:${rule}`);
	const { id } = (await found.json()).items[0];
	// The page does not hear of it: only the core can say so.
	await page.route('**/api/v1/groups?*', (route) => route.abort());
	const claimed = await other.post(`${core.url}/api/v1/groups/${id}/actions`, { data: { verb: 'claim' } });
	expect(claimed.status()).toBe(200);
	if (onPhone(page)) {
		await line.getByRole('checkbox').tap();
		await page
			.getByRole('toolbar')
			.getByRole('button', { name: /^Claim/ })
			.tap();
	} else {
		await page.keyboard.press('j');
		await page.keyboard.press('c');
	}
	await expect(line).toContainText(/Taken by Théo|Théo has it/);
	await expect(line.getByTitle('Théo', { exact: true })).toBeVisible();
});

test('some are selected, then all of the filter, previewed and taken back', async ({ page }) => {
	for (let i = 0; i < 5; i++) await group(`INBOX bulk ${i}`, 2);
	await inbox(page, 'name:"INBOX bulk"');
	await expect(row(page, 'INBOX bulk 0')).toBeVisible();
	const phone = onPhone(page);
	const bar = page.getByRole('toolbar');
	const inState = (state: string) => page.getByRole('row').filter({ hasText: state });
	if (phone) {
		for (const i of [0, 1, 2]) await row(page, `INBOX bulk ${i}`).getByRole('checkbox').tap();
	} else {
		await page.keyboard.press('j');
		await page.keyboard.press('x');
		await page.keyboard.press('j');
		await page.keyboard.press('j');
		await page.keyboard.press('Shift+X');
	}
	await expect(bar).toContainText('3 groups, 3 alerts');
	if (phone) await bar.getByRole('button', { name: /^Acknowledge/ }).tap();
	else await page.keyboard.press('a');
	await expect(bar).toHaveCount(0);
	await expect(inState('Acknowledged')).toHaveCount(3);
	await expect(page.getByText('3 alerts acknowledged')).toBeVisible();
	if (phone) await page.getByRole('button', { name: /^Undo/ }).tap();
	else await page.keyboard.press('u');
	await expect(inState('Acknowledged')).toHaveCount(0);

	if (phone) await row(page, 'INBOX bulk 0').getByRole('checkbox').tap();
	else await page.keyboard.press('x');
	await bar.getByRole('button', { name: 'All 5 of this filter' }).click();
	await bar.getByRole('button', { name: /^Resolve/ }).click();
	if (phone)
		await page
			.getByRole('group', { name: 'Verdict' })
			.getByRole('button', { name: /Benign$/ })
			.tap();
	else await page.keyboard.press('b');
	const plan = page.getByRole('group', { name: 'Resolve, benign' });
	await expect(plan).toContainText('5 alerts');
	await accessible(page);
	if (phone) await plan.getByRole('button', { name: /^Do it/ }).tap();
	else await page.keyboard.press('Enter');
	await expect(inState('Resolved')).toHaveCount(5);
	await page.getByRole('button', { name: /^Undo/ }).click();
	await expect(inState('Resolved')).toHaveCount(0);
});

test('one tap a step, two for a verdict, and Undo takes it back', { tag: '@phone' }, async ({ page }) => {
	const wrong = await watch(page);
	const rule = await group('INBOX by taps');
	await inbox(page, `rule:${rule}`);
	const line = row(page, 'INBOX by taps');
	const bar = page.getByRole('toolbar');
	const step = async (name: RegExp) => {
		await line.getByRole('checkbox').tap();
		await expect(bar).toContainText('1 group, 1 alert');
		await bar.getByRole('button', { name }).tap();
	};
	await step(/^Acknowledge/);
	await expect(line).toContainText('Acknowledged');
	// What was done floats over the steps, not on them.
	await line.getByRole('checkbox').tap();
	const undo = page.getByRole('button', { name: /^Undo/ });
	await expect
		.poll(async () => {
			const [above, below] = await Promise.all([undo.boundingBox(), bar.boundingBox()]);
			return above && below && above.y + above.height <= below.y;
		})
		.toBe(true);
	await line.getByRole('checkbox').tap();
	await step(/^Claim/);
	await expect(line.getByTitle('analyst')).toBeVisible();
	await step(/^Escalate/);
	await expect(line).toContainText('Escalated');
	await line.getByRole('checkbox').tap();
	await accessible(page);
	await bar.getByRole('button', { name: 'Resolve' }).tap();
	await page.getByRole('group', { name: 'Verdict' }).getByRole('button', { name: 'Expected' }).tap();
	await expect(line).toContainText('Resolved');
	await undo.tap();
	await expect(line).toContainText('Escalated');
	expect(await stateOf(page.request, `rule:${rule}`)).toMatchObject({ state: 'escalated', owner: 'analyst' });
	expect(wrong).toEqual([]);
});
