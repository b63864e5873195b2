import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { signIn, watch } from './page';
import { idsOf, pages, type Listed } from './pages';
import { count, Presser } from './press';

// Presses every visible control of every page, each kind of it once, and fails for an error
// and for a control that does nothing.

let core: Core;
/** What is around the pages is pressed with the first of them. */
const known = new Set<string>();
test.beforeAll(async () => {
	core = await Core.start();
	for (let i = 0; i < 24; i++)
		await core.write(
			alertLine({ signature: `PRESS rule ${i % 8}`, sid: 9200000 + (i % 8), severity: 1 + (i % 3) }),
		);
});
test.afterAll(() => core.remove());

/** Presses all of a page and gives what did nothing. */
async function pressed(listed: Listed, page: Page): Promise<Presser> {
	await signIn(core, page.context());
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.addInitScript(count);
	const wrong = await watch(page);
	page.on('response', (response) => {
		if (response.status() >= 500) wrong.push(`${response.status()} ${response.url()}`);
	});
	const presser = new Presser(page, core, await idsOf(page, core), known);
	await presser.all(listed, wrong);
	return presser;
}

for (const listed of pages) {
	test(`every control of ${listed.name} does something`, async ({ page }) => {
		test.setTimeout(300_000);
		const { idle, presses } = await pressed(listed, page);
		console.log(`${listed.name}: ${presses} presses`);
		expect(idle).toEqual([]);
	});
}

test('a control that does nothing is found', async ({ page }) => {
	const dead: Listed = {
		name: 'a page',
		path: '/nowhere',
		ready: (page) =>
			page.evaluate(() => {
				const button = document.createElement('button');
				button.textContent = 'Dead';
				document.querySelector('main')?.append(button);
			}),
	};
	const { idle } = await pressed(dead, page);
	expect(idle).toEqual(['a page: a page, button  Dead']);
});
