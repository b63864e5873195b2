import { expect, test } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { signIn } from './page';

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
});
test.afterAll(() => core.remove());

test('a hundred groups with the keyboard alone, in under a minute', async ({ page, context }) => {
	test.setTimeout(180_000);
	await signIn(core, context);
	for (let i = 0; i < 100; i++)
		await core.write(
			alertLine({ signature: `INBOX triage ${i}`, sid: 7_100_000 + i, severity: 1 + (i % 3) }),
		);
	const query = 'name:"INBOX triage" -is:resolved';
	await page.goto(`${core.url}/alerts?${new URLSearchParams({ query })}`);
	await expect(page.getByRole('combobox', { name: 'Query' })).toHaveValue(query);
	await expect
		.poll(
			async () =>
				(await (await page.request.get(`${core.url}/api/v1/groups?${new URLSearchParams({ query })}`)).json())
					.count.groups,
		)
		.toBe(100);
	await page.reload();
	await expect(page.getByText('100 groups')).toBeVisible();
	const started = Date.now();
	await page.keyboard.press('j');
	const verdicts = ['t', 'f', 'b', 'x'];
	for (let i = 0; i < 100; i++) {
		const before = await page.locator('[role=row][aria-current=true]').getAttribute('aria-rowindex');
		await page.keyboard.press('r');
		await page.keyboard.press(verdicts[i % 4] ?? 't');
		// The row says Resolved, and the cursor goes on by itself.
		if (i < 99)
			await expect(page.locator('[role=row][aria-current=true]')).not.toHaveAttribute(
				'aria-rowindex',
				before ?? '',
			);
	}
	await expect
		.poll(
			async () =>
				(await (await page.request.get(`${core.url}/api/v1/groups?${new URLSearchParams({ query })}`)).json())
					.count.groups,
		)
		.toBe(0);
	const took = Date.now() - started;
	console.log(`100 groups triaged in ${Math.round(took / 100) / 10} s`);
	expect(took).toBeLessThan(60_000);
});
