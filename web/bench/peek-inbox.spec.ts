import { expect, test } from '@playwright/test';
import { Core } from '../e2e/core';
import { signIn, watch } from '../e2e/page';

const out = '/tmp/hh/inbox/png';
test('peek', async ({ browser }) => {
	const core = await Core.start({ demo: true });
	try {
		for (const [theme, lang] of [['dark', 'en-GB'], ['light', 'fr-FR']] as const) {
			const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: theme, locale: lang });
			await signIn(core, context);
			const page = await context.newPage();
			const wrong = await watch(page);
			page.on('console', (m) => m.type() === 'error' && console.log('console', m.text()));
			await page.goto(`${core.url}/alerts`);
			await expect(page.getByRole('row').nth(2)).toBeVisible({ timeout: 20000 });
			await page.waitForTimeout(4000);
			await page.screenshot({ path: `${out}/inbox-${theme}.png` });
			await page.keyboard.press('j');
			await page.keyboard.press('j');
			await page.keyboard.press('Enter');
			await page.waitForTimeout(1500);
			await page.screenshot({ path: `${out}/sheet-${theme}.png` });
			await page.keyboard.press('Escape');
			for (const key of ['x', 'j', 'x', 'r']) await page.keyboard.press(key);
			await page.waitForTimeout(300);
			await page.screenshot({ path: `${out}/bulk-${theme}.png` });
			await page.keyboard.press('f');
			await page.waitForTimeout(800);
			await page.screenshot({ path: `${out}/done-${theme}.png` });
			await page.goto(`${core.url}/alerts?list=alerts`);
			await page.waitForTimeout(2000);
			await page.screenshot({ path: `${out}/flat-${theme}.png` });
			await page.goto(`${core.url}/alerts?query=nothing%20severity:high`);
			await page.waitForTimeout(1500);
			await page.screenshot({ path: `${out}/empty-${theme}.png` });
			await page.setViewportSize({ width: 390, height: 844 });
			await page.goto(`${core.url}/alerts?query=-is:resolved`);
			await page.waitForTimeout(2000);
			await page.screenshot({ path: `${out}/phone-${theme}.png` });
			await page.getByRole('row').nth(1).getByRole('checkbox').click();
			await page.waitForTimeout(300);
			await page.screenshot({ path: `${out}/phone-bulk-${theme}.png` });
			console.log('wrong', JSON.stringify(wrong));
			await context.close();
		}
	} finally {
		await core.remove();
	}
});
