import { page, userEvent } from 'vitest/browser';
import { createRawSnippet } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import ExportMenu from '$lib/inbox/ExportMenu.svelte';
import NavLink from './NavLink.svelte';
import Opens from './Opens.svelte';
import ThemeMenu from './ThemeMenu.svelte';
import { theme } from './theme.svelte';
import Monitor from '~icons/lucide/monitor';

describe('a menu', () => {
	it('is opened by the pointer, and what is chosen happens', async () => {
		await render(ThemeMenu);
		const button = page.getByRole('button', { name: 'Theme' });
		await expect.element(button).toHaveAttribute('aria-expanded', 'false');
		await button.click();
		await expect.element(button).toHaveAttribute('aria-expanded', 'true');
		await page.getByRole('menuitem', { name: 'Light' }).click();
		expect(theme.choice).toBe('light');
		await expect.element(page.getByRole('menu')).not.toBeInTheDocument();
		await button.click();
		await expect.element(page.getByRole('menuitem', { name: 'Light' })).toHaveTextContent('Light');
	});

	it.each(['{Enter}', ' ', '{ArrowDown}'])('is opened by %j, and gives the focus back', async (key) => {
		await render(ThemeMenu);
		const button = page.getByRole('button', { name: 'Theme' });
		await userEvent.keyboard(`{Tab}${key}`);
		await expect.element(page.getByRole('menuitem').first()).toHaveFocus();
		await userEvent.keyboard('{Escape}');
		await expect.element(page.getByRole('menu')).not.toBeInTheDocument();
		await expect.element(button).toHaveFocus();
	});
});

describe('a popover', () => {
	it('is opened and closed by its button, and gives the focus back', async () => {
		await render(ExportMenu, { query: 'is:open' });
		const button = page.getByRole('button', { name: 'Export' });
		const csv = page.getByRole('link', { name: 'CSV' });
		await button.click();
		await expect.element(csv).toHaveAttribute('href', '/api/v1/alerts/export?query=is%3Aopen&format=csv');
		await button.click();
		await expect.element(csv).not.toBeInTheDocument();
		await button.click();
		await userEvent.keyboard('{Escape}');
		await expect.element(csv).not.toBeInTheDocument();
		await expect.element(button).toHaveFocus();
	});
});

describe('what did not load', () => {
	it('says so beside the button, which tries again', async () => {
		const load = vi.fn(() => Promise.resolve('there')).mockRejectedValue(new TypeError('away'));
		const button = createRawSnippet<[Record<string, unknown>]>((props) => ({
			render: () => '<button>open</button>',
			setup: (element) => element.addEventListener('click', props()['onclick'] as () => void),
		}));
		const children = createRawSnippet<[string]>((text) => ({ render: () => `<p>${text()}</p>` }));
		await render(Opens<string>, { popup: 'menu', load, button, children });
		await page.getByRole('button', { name: 'open' }).click();
		await expect.element(page.getByRole('alert')).toBeVisible();
		await page.getByRole('button', { name: 'Close' }).click();
		load.mockResolvedValue('there');
		await page.getByRole('button', { name: 'open' }).click();
		await expect.element(page.getByText('there')).toBeVisible();
	});
});

describe('a tip', () => {
	const link = { href: '#', title: 'Clients', icon: Monitor, here: false, rail: true, key: 'c' };
	const tip = page.getByRole('tooltip');

	it('comes when a pointer rests, stays while it is on the tip, and goes with Escape', async () => {
		await render(NavLink, link);
		const anchor = page.getByRole('link', { name: 'Clients' });
		await anchor.hover();
		await expect.element(tip).toHaveTextContent('Clients g c');
		await expect.element(anchor).toHaveAttribute('aria-describedby', tip.element().id);
		await tip.hover();
		await new Promise((done) => setTimeout(done, 300));
		await expect.element(tip).toBeVisible();
		await userEvent.keyboard('{Escape}');
		await expect.element(tip).not.toBeInTheDocument();
	});

	it('comes with the focus and goes with it', async () => {
		await render(NavLink, link);
		await userEvent.keyboard('{Tab}');
		await expect.element(tip).toBeVisible();
		await userEvent.keyboard('{Tab}');
		await expect.element(tip).not.toBeInTheDocument();
	});
});
