import { expect, test } from '@playwright/test';
import { Core } from './core';
import { signIn, tolerance, watch } from './page';

test.describe.configure({ timeout: 180_000 }); // a machine with other things to do

// The pictures of docs/design.md: `npm run pictures` takes them anew.
const wanted = {
	dark: ['colours', 'type', 'buttons', 'choices', 'forms', 'states'],
	light: ['colours'],
} as const;

for (const theme of ['dark', 'light'] as const) {
	test(`the components of docs/design.md, ${theme}`, async ({ browser }) => {
		const core = await Core.start();
		const context = await browser.newContext({
			viewport: { width: 1144, height: 900 },
			colorScheme: theme,
			reducedMotion: 'reduce',
		});
		const page = await context.newPage();
		const wrong = await watch(page);
		await signIn(core, context);
		await page.goto(`${core.url}/design`);
		await page.locator('[data-picture=forms]').getByRole('button', { name: 'Save' }).click();
		await expect(page.getByText('This is needed.')).toBeVisible();
		await page.evaluate(() => document.fonts.ready.then(() => undefined));
		for (const name of wanted[theme]) {
			const part = page.locator(`[data-picture=${name}]`);
			await expect(part).toBeVisible();
			await expect.soft(part).toHaveScreenshot(`${name}-${theme}.png`, tolerance);
		}
		if (theme === 'dark') {
			await page.getByRole('button', { name: 'Delete the user ada' }).click();
			const dialog = page.getByRole('dialog');
			await dialog.getByRole('textbox').fill('ad');
			await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
			await expect.soft(dialog).toHaveScreenshot('confirm-dark.png', tolerance);
			await dialog.getByRole('textbox').fill('ada');
			await dialog.getByRole('button', { name: 'Delete' }).click();
			await expect(dialog).toHaveCount(0);
		}
		expect(wrong).toEqual([]);
		await context.close();
		await core.remove();
	});
}
