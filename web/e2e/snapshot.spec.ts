import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { signIn } from './page';
import { idsOf, open, pages, type Ids } from './pages';
import { Recorded } from './recorded';

// A picture of every page in both themes, so that an ugly change shows in review. They are
// drawn from recorded answers and at their time; the fonts are the page's own. Letters are
// still drawn by the machine's own libraries, so a few pixels in a hundred may differ.
//
//	npx playwright test snapshot --update-snapshots   after a change of the look
//	SOCME_RECORD=1 npx playwright test snapshot -u    after a change of what a page asks for
const record = process.env.SOCME_RECORD === '1';
const tolerance = { maxDiffPixelRatio: 0.02, animations: 'disabled', caret: 'hide' } as const;

let core: Core;
let recorded: Recorded;
test.beforeAll(async ({ browser }) => {
	core = await Core.start({ demo: record });
	if (record) {
		recorded = Recorded.begin();
		await make(await browser.newPage(options('dark')));
	} else recorded = Recorded.read();
});
test.afterAll(() => core.remove());

function options(theme: 'dark' | 'light') {
	return {
		viewport: { width: 1440, height: 900 },
		colorScheme: theme,
		locale: 'en-GB',
		timezoneId: 'Europe/Paris',
		reducedMotion: 'reduce' as const,
		serviceWorkers: 'block' as const,
	};
}

/** Walks over all pages of a core with example data, at one moment, and keeps its answers. */
async function make(page: Page): Promise<void> {
	await core.write(alertLine({ signature: 'SNAPSHOT of a page' }));
	await signIn(core, page.context());
	const ids = await idsOf(page, core);
	await page.clock.setFixedTime(recorded.time);
	await recorded.record(page);
	for (const listed of pages) await open(page, core, listed, ids);
	recorded.write({ ...ids });
	await page.close();
}

for (const theme of ['dark', 'light'] as const) {
	test(`pages, ${theme}`, async ({ browser }) => {
		test.setTimeout(180_000);
		const page = await browser.newPage(options(theme));
		await signIn(core, page.context());
		await page.clock.setFixedTime(recorded.time);
		await recorded.replay(page);
		const { alert = '', group = '', node = '', client = '' } = recorded.ids;
		const ids: Ids = { alert, group, node, client };
		for (const listed of pages) {
			await open(page, core, listed, ids);
			await page.mouse.move(0, 0);
			await expect.soft(page).toHaveScreenshot(`${listed.name}-${theme}.png`, tolerance);
		}
		expect(recorded.missing, 'asked for and not recorded').toEqual([]);
		await page.close();
	});
}
