import { page, userEvent } from 'vitest/browser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { exampleAlert } from '$lib/alerts/example';
import { session } from '$lib/session/session.svelte';
import { navigate } from '../router';
import AlertsInShell from '../testing/AlertsInShell.svelte';
import { core } from '../testing/core';

const hex = (n: number) => n.toString(16).padStart(32, '0');
const alert = (n: number) =>
	exampleAlert({
		id: hex(n),
		rule: { engine: 'suricata', id: '1', name: `rule ${n}` },
		received_time: new Date().toISOString(),
	});

const home = location.pathname + location.search;
let container: HTMLElement;

beforeEach(async () => {
	await page.viewport(1440, 900);
	core.on('GET /api/v1/about', () => ({
		demo: false,
		version: '',
		session: { user: { id: 'u', name: 'ada', role: 'analyst', clients: [] } },
	}));
	core.on('GET /api/v1/alerts', () => ({
		items: Array.from({ length: 40 }, (_, i) => alert(100 - i)),
		next: null,
	}));
	core.on('GET /api/v1/alerts/histogram', () => ({ buckets: [], bucket: 3600, complete: true }));
	core.on('GET /api/v1/alerts/facets', () => ({
		complete: true,
		clients: [],
		rules: [],
		sources: [],
		destinations: [],
	}));
	await session.load();
	await navigate('/alerts', { search: '?list=alerts', replace: true });
	({ container } = await render(AlertsInShell));
	await expect.element(row(100)).toBeVisible();
	await expect.element(page.getByText('Live', { exact: true })).toBeVisible();
});
afterEach(() => history.replaceState(null, '', home));

const row = (n: number) =>
	page.getByRole('row').filter({ has: page.getByText(`rule ${n}`, { exact: true }) });
const cursors = () =>
	[...container.querySelectorAll('[role=row][aria-current=true]')].map((one) => one.getAttribute('data-id'));
const chosen = () =>
	[...container.querySelectorAll('[role=row][aria-selected=true]')].map((one) => one.getAttribute('data-id'));
const first = () => container.querySelector('[role=rowgroup] [role=row]')?.getAttribute('data-id');
const topOf = (n: number) => row(n).element().getBoundingClientRect().top;

/** So many new alerts come in live. */
function arrive(count: number, from = 101) {
	for (let n = from; n < from + count; n++) core.say('alert', hex(n), alert(n));
}

describe('the list of alerts', () => {
	it('takes in what comes while nobody reads', async () => {
		arrive(3);
		await expect.poll(first).toBe(hex(103));
	});

	it('moves neither cursor nor selection when alerts arrive, and tells how many wait', async () => {
		await userEvent.keyboard('jjjx');
		await expect.poll(cursors).toEqual([hex(98)]);
		expect(chosen()).toEqual([hex(98)]);
		const before = topOf(98);
		arrive(12);
		await expect.element(page.getByRole('button', { name: '12 new' })).toBeVisible();
		expect([cursors(), chosen(), first()]).toEqual([[hex(98)], [hex(98)], hex(100)]);
		expect(topOf(98)).toBe(before);
		await userEvent.keyboard('j');
		await expect.poll(cursors).toEqual([hex(97)]);
	});

	it('takes in what waits with n; the cursor stays on its alert', async () => {
		await userEvent.keyboard('jjx');
		arrive(12);
		await expect.element(page.getByRole('button', { name: '12 new' })).toBeVisible();
		await userEvent.keyboard('n');
		await expect.poll(first).toBe(hex(112));
		// Rows are drawn in turn: the one with the cursor is no longer among the first.
		await expect.poll(() => [cursors(), chosen()]).toEqual([[hex(99)], [hex(99)]]);
		await expect.element(page.getByRole('button', { name: '12 new' })).not.toBeInTheDocument();
	});

	it('selects a range with Shift, and Escape gives up the selection and then the cursor', async () => {
		await userEvent.keyboard('jx');
		await userEvent.keyboard('JJ');
		await expect.poll(chosen).toEqual([hex(100), hex(99), hex(98)]);
		await userEvent.keyboard('{Escape}');
		await expect.poll(chosen).toEqual([]);
		expect(cursors()).toEqual([hex(98)]);
		await userEvent.keyboard('{Escape}');
		await expect.poll(cursors).toEqual([]);
	});

	it('asks for a verdict also while another step on all of the filter waits for a yes', async () => {
		core.on('POST /api/v1/actions/preview', () => ({ alerts: 40, as_of: 1 }));
		await userEvent.keyboard('jxA');
		await page.getByRole('button', { name: 'Escalate e' }).click();
		await expect.element(page.getByRole('button', { name: 'Do it' })).toBeVisible();
		await page.getByRole('button', { name: 'Resolve r' }).click();
		await expect.element(page.getByRole('group', { name: 'Verdict' })).toBeVisible();
		await expect.element(page.getByRole('button', { name: 'Do it' })).not.toBeInTheDocument();
	});

	it('leaves its keys to the query box while one writes there', async () => {
		await userEvent.keyboard('/');
		await expect.element(page.getByRole('combobox')).toHaveFocus();
		await userEvent.keyboard('jx');
		await expect.element(page.getByRole('combobox')).toHaveValue('jx');
		expect([cursors(), chosen()]).toEqual([[], []]);
	});
});
