import { page } from 'vitest/browser';
import { expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import Ago from './Ago.svelte';

it('says the time in full, in UTC as well, to a pointer that is over it', async () => {
	await render(Ago, { time: '2026-01-02T03:04:05.678Z' });
	const time = page.getByRole('time');
	expect(time.element().getAttribute('title')).toBeNull();
	await time.hover();
	await expect.element(time).toHaveAttribute('title', expect.stringContaining('2026-01-02 03:04:05.678 UTC'));
});
