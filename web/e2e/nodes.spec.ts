import { writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { bytesOf, Core, run } from './core';
import { alertLine } from './eve';
import { accessible, picture, signIn, watch } from './page';

let core: Core;
test.beforeAll(async () => {
	core = await Core.start({
		toml: `
[[filter]]
query = "rule:9000777"
reason = "noise of the old firewall"

[budget]
per_rule_hour = 20
`,
	});
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

test('delivery is proven record by record, and broken lines are counted', async ({ page }) => {
	const wrong = await watch(page);
	for (let i = 0; i < 5; i++) await core.write(alertLine({ signature: `PAGE urgent ${i}`, severity: 1 }));
	for (let i = 0; i < 7; i++) await core.write(alertLine({ signature: `PAGE normal ${i}`, severity: 3 }));
	await core.write('{"timestamp": "cut off');
	await core.write('x'.repeat((1 << 20) + 10));
	await page.goto(`${core.url}/nodes`);
	await expect(page.getByText('12 of 12 delivered')).toBeVisible({ timeout: 20_000 });
	await page.getByRole('listitem').getByRole('link').click();
	await expect(page.getByText('Delivering', { exact: true })).toBeVisible();
	const proof = page.getByRole('region', { name: 'Delivery proof' });
	await expect(proof).toContainText('12');
	await expect(proof).toContainText('of 12 delivered');
	await expect(page.getByRole('img', { name: 'urgent lane: 5 delivered' })).toBeVisible();
	await expect(page.getByRole('img', { name: 'normal lane: 7 delivered' })).toBeVisible();
	const sources = page.getByRole('region', { name: 'Sources' });
	await expect(sources).toContainText('Skipped 2', { timeout: 20_000 });
	await expect(sources).toContainText('1 line was too long: over 1 MiB');
	await expect(sources).toContainText('1 line was malformed');
	await expect(sources).toContainText('Lag none');
	expect(wrong).toEqual([]);
});

test('a node tells how it does, and what it keeps back is counted by rule', async ({ page }) => {
	const wrong = await watch(page);
	await page.goto(`${core.url}/nodes`);
	await page.getByRole('listitem').getByRole('link').click();
	const health = page.getByRole('region', { name: 'Health' });
	await expect(health).toContainText('of 2.0 GiB', { timeout: 20_000 });
	await expect(health).toContainText('Nothing waits');
	await expect(health).toContainText(/free of \d/);
	await expect(health).toContainText(/\d\.\d %\s*of a core/);
	await expect(health).toContainText("Agrees with the core's");
	await expect(health.getByRole('meter', { name: 'Disk used' })).toBeVisible();

	const withheld = page.getByRole('region', { name: 'Not delivered' });
	await expect(withheld).toContainText('Nothing was kept back or dropped.');
	for (let i = 0; i < 4; i++) await core.write(alertLine({ signature: 'PAGE noise', sid: 9000777 }));
	for (let i = 0; i < 23; i++)
		await core.write(alertLine({ signature: 'PAGE too often', sid: 9000778, severity: 3 }));
	const noise = withheld.getByRole('listitem').filter({ hasText: 'PAGE noise' });
	await expect(noise).toContainText('noise of the old firewall', { timeout: 20_000 });
	await expect(noise).toContainText(/^\s*4\s*Filter/);
	await expect(noise).toContainText('High');
	const often = withheld.getByRole('listitem').filter({ hasText: 'PAGE too often' });
	await expect(often).toContainText(/^\s*3\s*Budget/);
	await expect(withheld).toContainText('7 kept back, 0 dropped');
	await expect(page.getByRole('region', { name: 'Sources' })).toContainText('Filtered 7');
	expect(wrong).toEqual([]);
});

test('the proof that the page hands out stands on its own', async ({ page }) => {
	const wrong = await watch(page);
	await core.write(alertLine({ signature: 'PAGE to be proven' }));
	await page.goto(`${core.url}/nodes`);
	await page.getByRole('listitem').getByRole('link').click();
	const key = await page.getByRole('region', { name: 'Ledger key' }).locator('.font-mono').last().innerText();
	await page.getByRole('button', { name: 'Proof of delivery' }).click();
	const dialog = page.getByRole('dialog');
	await accessible(page);
	await picture(page, 'proof-dark');
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		dialog.getByRole('link', { name: 'Download' }).click(),
	]);
	expect(download.suggestedFilename()).toMatch(/^proof-.+\.jsonl$/);
	const file = await download.path();
	const said = await run('verify', file, '--ledger-key', key.replace(/\s/g, ''));
	expect(said).toContain('Proven: no record is missing');
	// One record less is noticed.
	const lines = (await bytesOf(file)).toString().split('\n');
	const at = lines.findIndex((line) => line.includes('"seq"'));
	await writeFile(file, [...lines.slice(0, at), ...lines.slice(at + 1)].join('\n'));
	await expect(run('verify', file)).rejects.toThrow();

	await dialog.getByRole('radio', { name: 'From, until' }).check();
	await expect(dialog).toContainText('Choose when it begins');
	await expect(dialog.getByRole('link', { name: 'Download' })).toHaveCount(0);
	await dialog.getByLabel('From, your time').fill('2026-01-02T10:00');
	await dialog.getByLabel('Until; now if it is empty').fill('2026-01-01T10:00');
	await expect(dialog).toContainText('It ends before it begins');
	await accessible(page);
	await dialog.getByLabel('Until; now if it is empty').fill('');
	await dialog.getByRole('checkbox').check();
	await expect(dialog.getByRole('link', { name: 'Download' })).toHaveAttribute(
		'href',
		/proof\?from=2026-01-02T09%3A00%3A00\.000Z&raw=true$/, // Paris, in winter
	);
	await page.keyboard.press('Escape');
	await expect(dialog).toHaveCount(0);
	expect(wrong).toEqual([]);
});

test('a node is revoked by its name only', async ({ page }) => {
	await page.goto(`${core.url}/nodes`);
	const link = page.getByRole('listitem').getByRole('link');
	const name = (await link.innerText()).trim();
	await link.click();
	await page.getByRole('button', { name: 'More actions' }).click();
	await page.getByRole('menuitem', { name: 'Revoke' }).click();
	const dialog = page.getByRole('dialog');
	const revoke = dialog.getByRole('button', { name: 'Revoke' });
	await expect(revoke).toBeDisabled();
	await dialog.getByRole('textbox').fill(`${name}x`);
	await expect(revoke).toBeDisabled();
	await dialog.getByRole('textbox').fill(name);
	await revoke.click();
	await expect(page.getByText('Revoked', { exact: true })).toBeVisible();
	await expect(page.getByRole('button', { name: 'More actions' })).toHaveCount(0);
});
