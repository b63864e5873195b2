import type { Page } from '@playwright/test';

/**
 * What does not fit: elements that reach out of the screen where nothing scrolls them into
 * sight, and words that are cut off without an ellipsis that says so.
 */
export function misfits(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const wrong: string[] = [];
		const name = (element: Element) =>
			`<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent ?? '').trim().slice(0, 40)}`;
		// A box that scrolls down can scroll sideways, too; it should only where it is meant to.
		const sideways = /(^|[\s:])overflow-(x-)?(auto|scroll)/;
		const scrolled = (element: Element): boolean => {
			for (let up = element.parentElement; up; up = up.parentElement) {
				const { overflowX } = getComputedStyle(up);
				if (overflowX === 'auto' || overflowX === 'scroll')
					return sideways.test(up.className) && up.scrollWidth > up.clientWidth + 1;
			}
			return false;
		};
		const own = (element: Element) =>
			[...element.childNodes].some(
				(node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
			);
		for (const element of document.body.querySelectorAll('*')) {
			if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
			const box = element.getBoundingClientRect();
			if (box.width <= 1 || box.height <= 1) continue; // for readers only
			if (element.closest('svg') && element.tagName !== 'svg') continue;
			if (
				(box.right > innerWidth + 1 || box.left < -1) &&
				!scrolled(element) &&
				element.closest('.sr-only') === null
			)
				wrong.push(`out of the screen: ${name(element)}`);
			if (!own(element) || !(element instanceof HTMLElement)) continue;
			const style = getComputedStyle(element);
			const cut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
			if (cut && style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis')
				wrong.push(`cut off: ${name(element)}`);
		}
		return wrong.slice(0, 10);
	});
}
