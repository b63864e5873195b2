import { page, userEvent } from 'vitest/browser';
import { beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { session } from '$lib/session/session.svelte';
import { core } from '../../testing/core';
import { Acting } from './acting.svelte';
import TagDialog from './TagDialog.svelte';

const to = 'POST /api/v1/alerts/1/actions';

beforeEach(async () => {
	core.on('GET /api/v1/about', () => ({
		session: { user: { id: 'u', name: 'ada', role: 'analyst', clients: [] } },
	}));
	core.on(to, () => ({ id: 'step', verb: 'tag', alerts: 1 }));
	await session.load();
});

async function show(tags: string[] = []) {
	const acting = new Acting({
		subject: () => ({ state: 'open' }),
		target: () => ({ alert: '1' }),
		acted: () => {},
	});
	await render(TagDialog, { open: true, acting, tags });
	return { box: page.getByRole('textbox'), add: page.getByRole('button', { name: 'Add' }) };
}

describe('the form of tags', () => {
	it('adds one with Enter, in small letters and without spaces around, and is empty again', async () => {
		const { box } = await show();
		await box.fill('  Phishing ');
		await userEvent.keyboard('{Enter}');
		await expect.poll(() => core.sent).toEqual([{ to, body: { verb: 'tag', tag: 'phishing' } }]);
		await expect.element(box).toHaveValue('');
	});

	it('adds nothing that is empty or there already', async () => {
		const { box, add } = await show(['phishing']);
		await expect.element(add).toBeDisabled();
		for (const typed of ['   ', 'PHISHING']) {
			await box.fill(typed);
			await expect.element(add).toBeDisabled();
			await userEvent.keyboard('{Enter}');
		}
		expect(core.sent).toEqual([]);
	});

	it('takes one away', async () => {
		await show(['phishing', 'vpn']);
		await page.getByRole('button', { name: 'vpn' }).click();
		await expect.poll(() => core.sent).toEqual([{ to, body: { verb: 'untag', tag: 'vpn' } }]);
	});
});
