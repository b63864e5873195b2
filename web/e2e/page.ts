import AxeBuilder from '@axe-core/playwright';
import { expect, type BrowserContext, type Page, type Route } from '@playwright/test';
import type { Core } from './core';
import { sizeOf } from './ways';

export const password = 'a few words make a good one';

/** What a page must never do: break its policy, or throw. Filled while the page runs. */
export async function watch(page: Page): Promise<string[]> {
	const wrong: string[] = [];
	page.on('pageerror', (error) => wrong.push(`threw ${error.stack ?? error.message}`));
	page.on('console', (message) => {
		const text = message.text();
		if (text.includes('policy violation')) wrong.push(text);
	});
	await page.addInitScript(() => {
		document.addEventListener('securitypolicyviolation', (event) => {
			console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
		});
	});
	return wrong;
}

/** Answers as a core that could not do what was asked. */
export function refuse(route: Route): Promise<void> {
	return route.fulfill({
		status: 500,
		contentType: 'application/problem+json',
		json: { title: 'Internal Server Error', status: 500, detail: 'The core could not do this.' },
	});
}

const signedIn = new Map<Core, Awaited<ReturnType<BrowserContext['cookies']>>>();

/**
 * Signs a fresh context in: with the link, and a password for later, the first time; with
 * the same session from then on, since the core slows down who signs in again and again.
 */
export async function signIn(core: Core, context: BrowserContext): Promise<void> {
	const known = signedIn.get(core);
	if (known) return context.addCookies(known);
	const secret = new URL(await core.link()).hash.replace('#link=', '');
	const first = await context.request.post(`${core.url}/api/v1/session/link`, { data: { secret } });
	expect(first.status(), await first.text()).toBe(200);
	const set = await context.request.put(`${core.url}/api/v1/account`, {
		data: { name: 'analyst', password },
	});
	expect(set.status(), await set.text()).toBe(204);
	signedIn.set(core, await context.cookies(core.url));
}

/** Fails with every rule of WCAG 2.2 AA, and of good practice, that axe finds broken; `but` these. */
export async function accessible(page: Page, but: string[] = []): Promise<void> {
	// Its legacy mode leaves frames out, of which there are none, and takes half the time.
	const axe = new AxeBuilder({ page }).setLegacyMode(true);
	axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
	axe.disableRules(but);
	const { violations } = await axe.analyze();
	const found = violations.map(
		(v) => `${v.id}: ${v.nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n  ')}`,
	);
	expect(found).toEqual([]);
}

/** The list of single alerts; the page begins with the inbox of groups. */
export const flat = '/alerts?list=alerts';

/** The row of the alert with this rule name. */
export function row(page: Page, name: string) {
	return page.getByRole('row').filter({ hasText: name });
}

/** Where pictures for people go. */
export const pictures = 'test-results/pictures';

/**
 * How much a page may differ from its picture in the repository. Some letters may be drawn
 * otherwise by another machine; a changed colour or a card that has moved is far more.
 */
export const tolerance = {
	threshold: 0.1,
	maxDiffPixelRatio: 0.0005,
	animations: 'disabled',
	caret: 'hide',
} as const;

/** Takes a picture, called after its size as well. */
export async function picture(page: Page, name: string): Promise<void> {
	await page.screenshot({ path: `${pictures}/${name}-${sizeOf(page)}.png` });
}

/** Takes a picture, and fails for what is wider than the screen or not accessible. */
export async function look(page: Page, name: string): Promise<void> {
	await page.evaluate(() => document.fonts.ready.then(() => undefined));
	await page.screenshot({ path: `${pictures}/${name}.png` });
	const wider = await page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
	);
	expect(wider, 'pixels wider than the screen').toBeLessThanOrEqual(0);
	await accessible(page);
}
