import { expect, test, type Page } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { signIn, watch } from './page';
import { idsOf, open, pages } from './pages';

// Presses every visible control of every page, each kind of it once, and fails for an
// error and for a control that does nothing: no change of the page, no other address, no
// question to the core, nothing downloaded or copied. It takes minutes: `make press`.

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
	for (let i = 0; i < 12; i++)
		await core.write(
			alertLine({ signature: `PRESS rule ${i % 4}`, sid: 9200000 + (i % 4), severity: 1 + (i % 3) }),
		);
});
test.afterAll(() => core.remove());

/** What is left out, and why. */
const left = /^(Sign out|Sign out everywhere)$/; // ends the session; sign-in.spec.ts presses it

interface Control {
	/** The same for controls of one kind: "a /alerts/:id" in each row of a list. */
	kind: string;
	/** Its place among all controls of the page. */
	place: number;
	/** Focus is all that a press on it does: a field to write into. */
	field: boolean;
}

const all =
	'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=slider], [role=tab], [role=switch], [role=checkbox]';

function controls(page: Page): Promise<Control[]> {
	return page.locator(all).evaluateAll((elements) => {
		const name = (element: Element) =>
			(
				element.getAttribute('aria-label') ??
				(element.textContent || element.getAttribute('placeholder') || '')
			)
				.trim()
				.replace(/\d[\d,.:]*/g, '0')
				.slice(0, 60);
		return elements.flatMap((element, place) => {
			const box = element.getBoundingClientRect();
			const seen = element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
			if (!seen || box.width === 0 || box.height === 0 || element.matches(':disabled, [aria-disabled=true]'))
				return [];
			if (element.closest('[inert], [aria-hidden=true]')) return [];
			// What is chosen already has nothing to do.
			if (
				element.matches(
					'[aria-current=page], [aria-selected=true], [role=radio][aria-checked=true], input[type=radio]:checked',
				)
			)
				return [];
			const field = element.matches(
				'input:not([type=radio]):not([type=checkbox]), textarea, select, [role=slider]',
			);
			const href = element
				.getAttribute('href')
				?.split('?')[0]
				?.replace(/\/[0-9a-z]{14,}/g, '/:id');
			const row = element.closest('li, [role=row], tr');
			const kind = `${element.tagName.toLowerCase()} ${href ?? ''} ${row && href ? 'in a row' : name(element)}`;
			return [{ kind, place, field }];
		});
	});
}

/** Counts what changes from now on, but for what only tells where the pointer is. */
async function listen(page: Page): Promise<void> {
	await page.evaluate(() => {
		const quiet = new Set(['data-state', 'aria-describedby', 'tabindex', 'data-highlighted']);
		const tip = (node: Node) =>
			node instanceof Element &&
			(node.matches('[role=tooltip]') ||
				node.querySelector('[role=tooltip], [data-slot=tooltip-content]') !== null);
		const now = { changes: 0 };
		Object.assign(window, { pressed: now });
		new MutationObserver((changes) => {
			for (const change of changes) {
				const target = change.target instanceof Element ? change.target : change.target.parentElement;
				if (target?.closest('time')) continue;
				if (change.type === 'attributes' && quiet.has(change.attributeName ?? '')) continue;
				if (change.type === 'childList' && [...change.addedNodes, ...change.removedNodes].every(tip))
					continue;
				now.changes++;
			}
		}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
	});
}

test('every control does something', async ({ page, context }) => {
	test.setTimeout(1_200_000);
	await signIn(core, context);
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	// Nothing ticks and nothing is read again by itself: what changes was pressed.
	await page.addInitScript(() => {
		Object.assign(window, { setInterval: () => 0 });
		const write = navigator.clipboard.writeText.bind(navigator.clipboard);
		navigator.clipboard.writeText = (text) => {
			document.documentElement.toggleAttribute('data-copied');
			return write(text);
		};
	});
	const wrong = await watch(page);
	let outside = 0;
	page.on('request', () => outside++);
	page.on('download', () => outside++);
	page.on('filechooser', () => outside++);
	context.on('page', (other) => {
		outside++;
		void other.close();
	});
	const ids = await idsOf(page, core);
	const known = new Set<string>();
	const idle: string[] = [];
	let presses = 0;
	for (const listed of pages) {
		await open(page, core, listed, ids);
		for (;;) {
			const next = (await controls(page)).find(({ kind }) => !known.has(kind));
			if (!next) break;
			known.add(next.kind);
			if (left.test(next.kind.replace(/^\S+\s+/, ''))) continue;
			const element = page.locator(all).nth(next.place);
			const before = { url: page.url(), outside };
			await element.scrollIntoViewIfNeeded();
			await listen(page);
			await element.click({ timeout: 5000, force: next.field });
			presses++;
			const did = async () =>
				page.url() !== before.url ||
				outside > before.outside ||
				(await page
					.evaluate(() => ('pressed' in window ? (window.pressed as { changes: number }).changes : 1))
					.catch(() => 1)) > 0 ||
				(next.field &&
					(await element.evaluate((field) => field === document.activeElement).catch(() => true)));
			try {
				await expect.poll(did, { timeout: 1500, intervals: [20, 50, 100, 200] }).toBe(true);
			} catch {
				idle.push(`${listed.name}: ${next.kind}`);
			}
			if (wrong.length > 0) throw new Error(`${listed.name}: ${next.kind}: ${wrong.join('; ')}`);
			// Back to how the page was: a menu or a dialogue closes, another page is left.
			if (
				page.url() !== before.url ||
				(await page.locator('[role=dialog], [role=menu], [role=listbox]').count()) > 0
			)
				await open(page, core, listed, ids);
		}
	}
	expect(idle).toEqual([]);
	expect(presses).toBeGreaterThan(40);
});
