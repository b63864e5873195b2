import { page, userEvent } from 'vitest/browser';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Problem } from '$lib/api';
import { core } from '../../testing/core';
import QueryBox from './QueryBox.svelte';

const complete = 'GET /api/v1/query/complete';

/** Offers fields for the word at the end of what is written, as the core does. */
function offers(query: string, texts: string[]) {
	const start = query.lastIndexOf(' ') + 1;
	const word = query.slice(start);
	const items = texts
		.filter((text) => text.startsWith(word))
		.map((text) => ({ text, open: true, doc: 'a field' }));
	return { start, end: query.length, items };
}

beforeEach(() =>
	core.on(complete, ({ url }) =>
		offers(url.searchParams.get('query') ?? '', ['severity:', 'sensor:', 'src:']),
	),
);

async function show(more: { query?: string; problem?: Problem } = {}) {
	const onquery = vi.fn();
	const made = await render(QueryBox, { query: '', count: '3 alerts', onquery, ...more });
	return { onquery, made, box: page.getByRole('combobox'), options: page.getByRole('option') };
}

describe('completion', () => {
	it('takes the choice that the arrows have reached, and sends nothing yet', async () => {
		const { onquery, box, options } = await show();
		await box.click();
		await userEvent.keyboard('se');
		await expect.element(options.nth(1)).toHaveTextContent('sensor:');
		await userEvent.keyboard('{ArrowDown}{ArrowDown}');
		await expect.element(options.nth(1)).toHaveAttribute('aria-selected', 'true');
		await expect.element(box).toHaveAttribute('aria-activedescendant', options.nth(1).element().id);
		await userEvent.keyboard('{Enter}');
		await expect.element(box).toHaveValue('sensor:');
		expect(onquery).not.toHaveBeenCalled();
	});

	it('takes the first with Tab, and by a click without losing the focus', async () => {
		const { box, options } = await show();
		await box.click();
		await userEvent.keyboard('sr');
		await expect.element(options.first()).toBeVisible();
		await userEvent.keyboard('{Tab}');
		await expect.element(box).toHaveValue('src:');
		await userEvent.keyboard('1 sev');
		await options.first().click();
		await expect.element(box).toHaveValue('src:1 severity:');
		await expect.element(box).toHaveFocus();
	});

	it('does not show an answer that a later one has overtaken', async () => {
		let late = (_: unknown) => {};
		const slow = new Promise((done) => (late = done));
		core.on(complete, ({ url }) => {
			const query = url.searchParams.get('query') ?? '';
			return query === 's' ? slow : offers(query, ['severity:', 'src:']);
		});
		const { box, options } = await show();
		await box.click();
		await userEvent.keyboard('sr');
		await expect.element(options.first()).toHaveTextContent('src:');
		late(offers('s', ['severity:', 'src:']));
		await new Promise((done) => requestAnimationFrame(done));
		await expect.element(options.first()).toHaveTextContent('src:');
		expect(options.elements()).toHaveLength(1);
	});

	it('is closed by Escape, which then gives back the query that is shown', async () => {
		const { box, options } = await show({ query: 'src:1' });
		await box.click();
		await userEvent.keyboard(' se');
		await expect.element(options.first()).toBeVisible();
		await userEvent.keyboard('{Escape}');
		await expect.element(options.first()).not.toBeInTheDocument();
		await expect.element(box).toHaveValue('src:1 se');
		await userEvent.keyboard('{Escape}');
		await expect.element(box).toHaveValue('src:1');
	});
});

describe('history', () => {
	it('offers what was asked before in an empty box, the last one first, and sends it', async () => {
		const { onquery, box, options } = await show();
		for (const query of ['src:1', 'severity:high']) {
			await box.fill(query);
			await userEvent.keyboard('{Enter}');
			await box.fill('');
		}
		expect(onquery.mock.calls).toEqual([['src:1'], ['severity:high']]);
		(box.element() as HTMLElement).blur();
		await box.click();
		await expect.element(options.first()).toHaveTextContent('severity:high');
		await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
		expect(onquery).toHaveBeenLastCalledWith('src:1');
	});
});

describe('a query that the core cannot read', () => {
	const problem: Problem = {
		status: 422,
		message: 'There is no field "foo".',
		request: '',
		location: 'query.7',
		errors: [],
	};

	it('is marked at the column, and says why', async () => {
		const { box, made } = await show({ query: 'src:1 foo:bar', problem });
		await expect.element(page.getByRole('alert')).toHaveTextContent('There is no field "foo".');
		await expect.element(page.getByRole('alert')).toHaveTextContent('7');
		await expect.element(box).toHaveAttribute('aria-invalid', 'true');
		expect(made.container.querySelector('.wrong')?.textContent).toBe('foo:bar');
	});

	it('is no longer marked while it is mended', async () => {
		const { box, made } = await show({ query: 'src:1 foo:bar', problem });
		await box.click();
		await userEvent.keyboard('{End}x');
		await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
		expect(made.container.querySelector('.wrong')).toBeNull();
	});
});
