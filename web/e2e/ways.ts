import type { Locator, Page } from '@playwright/test';

// Every flow is tested at a desk and on a phone. Here is what a phone has elsewhere.

export function onPhone(page: Page): boolean {
	return (page.viewportSize()?.width ?? Infinity) < 640;
}

/** What pictures of this size are called. */
export function sizeOf(page: Page): 'desk' | 'phone' {
	return onPhone(page) ? 'phone' : 'desk';
}

/** The links to pages: at the side, or at the foot. */
export function pagesBar(page: Page): Locator {
	return page.getByRole('navigation', { name: 'Pages', exact: true });
}

/** Opens the menu of whoever is signed in. */
export async function openAccount(page: Page, name: string): Promise<void> {
	if (onPhone(page)) await pagesBar(page).getByRole('link', { name: 'Menu' }).tap();
	await page.getByRole('button', { name: `Account of ${name}` }).click();
}

export async function openPalette(page: Page): Promise<void> {
	if (onPhone(page)) await page.getByRole('button', { name: 'Search or go to' }).tap();
	else await page.keyboard.press('Control+k');
}

/** Puts the cursor into the box of the query. */
export async function openQuery(page: Page): Promise<void> {
	if (onPhone(page)) await page.getByRole('combobox', { name: 'Query' }).tap();
	else await page.keyboard.press('/');
}

/** What filters a list: beside it, or over it when it is asked for. */
export async function openFilters(page: Page): Promise<Locator> {
	if (!onPhone(page)) return page.getByRole('region', { name: 'Filters' });
	const sheet = page.getByRole('dialog', { name: 'Filters' });
	if ((await sheet.count()) === 0) await page.getByRole('button', { name: 'Filters' }).tap();
	return sheet;
}

/** Back to the list; at a desk it never went away. */
export async function closeFilters(page: Page): Promise<void> {
	if (onPhone(page)) await page.getByRole('button', { name: 'Close the filters' }).tap();
}

/** An alert that was opened: beside the list, or on a page of its own. */
export function openedAlert(page: Page): Locator {
	return onPhone(page)
		? page.getByRole('region', { name: 'Alert', exact: true })
		: page.getByRole('complementary', { name: 'Alert' });
}
