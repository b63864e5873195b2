import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { misfits } from './fits';
import { look, signIn, watch } from './page';
import { idsOf, open, pages, settled } from './pages';

// Every page in both themes, both languages and on both sizes: no broken rule of
// accessibility, no broken policy, nothing that does not fit, no error, and no English
// left in French. The pictures are for people to look at.
const sizes = [
	{ name: 'desktop', width: 1440, height: 900, phone: false },
	{ name: 'phone', width: 390, height: 844, phone: true },
];

let core: Core;
/** What each page says in English: what of it is left in French. */
const english = new Map<string, Set<string>>();
test.beforeAll(async () => {
	core = await Core.start({ demo: true });
});
test.afterAll(() => core.remove());

for (const size of sizes) {
	const options = {
		viewport: { width: size.width, height: size.height },
		hasTouch: size.phone,
		isMobile: size.phone,
		reducedMotion: 'reduce' as const,
	};

	/** Looks at what is open in both themes. */
	const both = async (page: Page, name: string) => {
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			await look(page, `${name}-${colorScheme}`);
		}
	};

	test(`${size.name}, in English`, async ({ browser }) => {
		test.setTimeout(300_000);
		const context = await browser.newContext({ ...options, colorScheme: 'dark' });
		const page = await context.newPage();
		const wrong = await watch(page);
		await page.goto(`${core.url}/sign-in`);
		await expect(page.getByRole('button', { name: 'Continue' })).toBeVisible();
		await both(page, `sign-in-${size.name}`);
		await signIn(core, context);
		const ids = await idsOf(page, core);
		for (const listed of pages) {
			await test.step(listed.name, async () => {
				await open(page, core, listed, ids);
				await both(page, `${listed.name}-${size.name}`);
				if (!size.phone) english.set(listed.name, await words(page));
				expect(await misfits(page), listed.name).toEqual([]);
				expect(await shortened(page, listed.name), listed.name).toEqual([]);
			});
		}
		await page.goto(`${core.url}/alerts?list=alerts`);
		await page.locator('[data-id] a').nth(2).click({ timeout: 10_000 });
		await expect(page.getByRole('tab').first()).toBeVisible();
		await settled(page);
		await both(page, `sheet-${size.name}`);
		if (!size.phone) {
			await page.keyboard.press('?');
			await expect(page.getByRole('dialog')).toBeVisible();
			await both(page, `keys-${size.name}`);
		}
		expect(wrong).toEqual([]);
		await context.close();
	});

	test(`${size.name}, in French`, async ({ browser }) => {
		test.setTimeout(240_000);
		test.skip(english.size === 0, 'the look in English, which tells the words, failed or was not asked for');
		const context = await browser.newContext({ ...options, locale: 'fr-FR', colorScheme: 'dark' });
		const page = await context.newPage();
		const wrong = await watch(page);
		await page.goto(`${core.url}/sign-in`);
		await expect(page.getByRole('button', { name: 'Continuer' })).toBeVisible();
		await both(page, `sign-in-${size.name}-french`);
		await signIn(core, context);
		const data: Promise<string>[] = [];
		page.on('response', (response) => {
			if (response.url().includes('/api/v1/') && !response.url().includes('/stream'))
				data.push(response.text().catch(() => ''));
		});
		const ids = await idsOf(page, core);
		for (const listed of pages) {
			await test.step(listed.name, async () => {
				data.length = 0;
				await open(page, core, listed, ids);
				await both(page, `${listed.name}-${size.name}-french`);
				expect(await misfits(page), listed.name).toEqual([]);
				expect(await shortened(page, listed.name), listed.name).toEqual([]);
				await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
				// What has come by the stream meanwhile is of no answer yet.
				const newest = await page.request.get(`${core.url}/api/v1/alerts?limit=100`);
				const all = (await Promise.all([...data, newest.text()])).join('\n').toLowerCase();
				const left = [...(await words(page))].filter(
					(text) =>
						english.get(listed.name)?.has(text) &&
						!neutral(text) &&
						// What the core has told, one name or several beside each other.
						!text.split(', ').every((name) => all.includes(JSON.stringify(name).slice(1, -1).toLowerCase())),
				);
				expect.soft(left, `English on the French ${listed.name}`).toEqual([]);
			});
		}
		expect(wrong).toEqual([]);
		await context.close();
	});
}

/** Words that both languages write alike, and names. */
const theSame = new Set([
	'SOCme',
	'Pages',
	'Provenance',
	'Community id',
	'Agents',
	'Info',
	'Urgent',
	'Contacts',
	'Urgent',
	'English',
	'Français',
	'Geist',
	'Geist Mono',
	'Administration',
	'Clients',
	'Client',
	'Sources',
	'Source',
	'Destination',
	'Suricata',
	'Wazuh',
	'Type',
	'Session',
	'Sessions',
	'Notes',
	'Action',
	'Actions',
	'Audit',
]);

/** Whether a text is the same in both: a name, a version, a protocol, a time by UTC, a word with a number. */
function neutral(text: string): boolean {
	if (/^\d{4}-\d\d-\d\d [\d:.]+ UTC$/.test(text) || /^(Suricata|Wazuh)\b/.test(text)) return true;
	if (/^(TCP|UDP), [a-z0-9]+$/.test(text)) return true;
	const word = text.replace(/^\d+ | \d+$/g, '');
	return theSame.has(word) || theSame.has(word.charAt(0).toUpperCase() + word.slice(1));
}

/** What a person reads or hears on the page: texts, labels and titles that have a word in them. */
async function words(page: Page): Promise<Set<string>> {
	const found = await page.evaluate(() => {
		const texts: string[] = [];
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walk.nextNode()) {
			const parent = walk.currentNode.parentElement;
			// Keys, addresses, hashes and queries belong to no language.
			if (parent && !parent.closest('script, noscript, style, kbd, code, pre, .font-mono, .query-text, time'))
				texts.push(walk.currentNode.textContent ?? '');
		}
		for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder]'))
			for (const attribute of ['aria-label', 'title', 'placeholder'])
				if (attribute !== 'placeholder' || !element.matches('.query-text'))
					texts.push(element.getAttribute(attribute) ?? '');
		return texts;
	});
	return new Set(found.map((text) => text.trim()).filter((text) => /\p{L}{3,}/u.test(text)));
}

/** The steps of triage: in the page, or behind it at the foot of a phone. */
const steps = ':is(main, main ~ *) button > .truncate';

/** What must not end in an ellipsis: the names of clients, and the steps of triage. */
const whole: Record<string, string> = {
	clients: 'li a[href^="/clients/"]',
	alert: steps,
	group: steps,
};

/** What of it does on a page. */
async function shortened(page: Page, name: string): Promise<string[]> {
	const selector = whole[name];
	if (!selector) return [];
	const texts = page.locator(selector);
	await expect(texts).not.toHaveCount(0);
	return texts.evaluateAll((all) =>
		all.filter((text) => text.scrollWidth > text.clientWidth).map((text) => text.textContent ?? ''),
	);
}
