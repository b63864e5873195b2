import AxeBuilder from '@axe-core/playwright';
import { expect, type BrowserContext, type Page } from '@playwright/test';
import type { Core } from './core';

export const password = 'a few words make a good one';

/** What a page must never do: break its policy, or throw. Filled while the page runs. */
export async function watch(page: Page): Promise<string[]> {
	const wrong: string[] = [];
	page.on('pageerror', (error) => wrong.push(`threw ${error.message}`));
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

/** Signs a fresh context in with the link, and sets a password the first time. */
export async function signIn(core: Core, context: BrowserContext): Promise<void> {
	const response = await context.request.post(`${core.url}/api/v1/session`, {
		data: { name: 'analyst', password },
	});
	if (response.ok()) return;
	const secret = new URL(await core.link()).hash.replace('#link=', '');
	const first = await context.request.post(`${core.url}/api/v1/session/link`, { data: { secret } });
	expect(first.status(), await first.text()).toBe(200);
	const set = await context.request.put(`${core.url}/api/v1/account`, {
		data: { name: 'analyst', password },
	});
	expect(set.status(), await set.text()).toBe(204);
}

/** Fails with every rule that axe finds broken. */
export async function accessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
		.analyze();
	const found = violations.map(
		(v) => `${v.id}: ${v.nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n  ')}`,
	);
	expect(found).toEqual([]);
}

/** The row of the alert with this rule name. */
export function row(page: Page, name: string) {
	return page.getByRole('row').filter({ hasText: name });
}
