import { page } from 'vitest/browser';
import { createRawSnippet } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import Part from './Part.svelte';

const children = createRawSnippet<[string]>((text) => ({ render: () => `<p>${text()}</p>` }));
const waiting = createRawSnippet(() => ({ render: () => '<p>to come</p>' }));
const words = 'This part did not load: the core did not answer.';

describe('a part of the page', () => {
	it('stands where something else stood until it came', async () => {
		let come = (_: string) => {};
		const load = () => new Promise<string>((done) => (come = done));
		await render(Part<string>, { load, children, waiting });
		await expect.element(page.getByText('to come')).toBeVisible();
		come('there');
		await expect.element(page.getByText('there')).toBeVisible();
		await expect.element(page.getByText('to come')).not.toBeInTheDocument();
	});

	it('says that it did not load, and Retry loads it', async () => {
		const load = vi.fn(() => Promise.resolve('there')).mockRejectedValueOnce(new TypeError('away'));
		await render(Part<string>, { load, children });
		await expect.element(page.getByRole('alert')).toHaveTextContent(words);
		await expect.element(page.getByRole('button', { name: 'Close' })).not.toBeInTheDocument();
		await page.getByRole('button', { name: 'Retry' }).click();
		await expect.element(page.getByText('there')).toBeVisible();
		await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
		expect(load).toHaveBeenCalledTimes(2);
	});

	it('of a dialogue can be given up', async () => {
		const onclose = vi.fn();
		await render(Part<string>, { load: () => Promise.reject(new TypeError('away')), children, onclose });
		await page.getByRole('button', { name: 'Close' }).click();
		expect(onclose).toHaveBeenCalledTimes(1);
	});
});
