import { release } from 'node:os';
import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { signIn, tolerance } from './page';
import { idsOf, open, pages, type Ids } from './pages';
import { Recorded } from './recorded';

// A picture of every page in both themes, so that an ugly change shows in review. They are
// drawn from recorded answers and at their time, and the fonts are the page's own.
//
//	npm run pictures                   after a change of the look
//	SOCME_RECORD=1 npm run pictures    after a change of what a page asks for
const record = process.env.SOCME_RECORD === '1';

let core: Core;
let recorded: Recorded;
test.beforeAll(async ({ browser }) => {
	test.setTimeout(180_000);
	core = await Core.start({ demo: record });
	if (record) {
		recorded = await make(await browser.newPage(options));
		await core.remove();
		core = await Core.start(); // whose stream says nothing
	} else recorded = Recorded.read();
});
test.afterAll(() => core.remove());

const options = {
	viewport: { width: 1440, height: 900 },
	locale: 'en-GB',
	timezoneId: 'Europe/Paris',
	reducedMotion: 'reduce' as const,
	serviceWorkers: 'block' as const,
};

/** Walks over all pages of a core with example data, at one moment, and keeps its answers. */
async function make(page: Page): Promise<Recorded> {
	await signIn(core, page.context());
	const ids = await idsOf(page, core);
	// What is said of this machine is said of none.
	const made = Recorded.begin([
		[core.dir, '/srv/socme'],
		[release(), '6.1.0-28-amd64'],
	]);
	await page.clock.setFixedTime(made.time);
	await made.record(page);
	for (const listed of pages) {
		await open(page, core, listed, ids);
		await made.quiet();
	}
	made.write({ ...ids });
	await page.close();
	return made;
}

/** Where one signs in; what it tells of the core is always the same. */
async function signInPage(page: Page): Promise<void> {
	const about = { demo: false, host: 'core.example', version: '0.1.0' };
	await page.route('**/api/v1/about', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...(await response.json()), ...about } });
	});
	await page.goto(`${core.url}/sign-in`);
	await expect(page.getByRole('button', { name: 'Continue' })).toBeVisible();
	await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

test('every page looks as it did, dark and light', async ({ browser }) => {
	test.setTimeout(300_000);
	const page = await browser.newPage(options);
	await page.clock.setFixedTime(recorded.time);
	const look = async (name: string) => {
		for (const colorScheme of ['dark', 'light'] as const) {
			await page.emulateMedia({ colorScheme });
			await expect.soft(page).toHaveScreenshot(`${name}-${colorScheme}.png`, tolerance);
		}
	};
	await signInPage(page);
	await look('sign-in');
	await signIn(core, page.context());
	await recorded.replay(page);
	const { alert = '', group = '', node = '', client = '' } = recorded.ids;
	const ids: Ids = { alert, group, node, client };
	for (const listed of pages) {
		await open(page, core, listed, ids);
		// A query that cannot be read has no stream.
		if (listed.name !== 'wrong-query')
			await expect(page.getByText('Live', { exact: true }).first()).toBeVisible();
		await recorded.quiet();
		await look(listed.name);
	}
	expect(recorded.missing, 'asked for and not recorded: run it with SOCME_RECORD=1').toEqual([]);
	await page.close();
});
