import { page, userEvent } from 'vitest/browser';
import { expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import TapeStrip from './TapeStrip.svelte';

it('names the cell under the pointer, and draws a path of each kind', async () => {
	const kinds = ['quiet', 'delivered', 'late', 'delivered'] as const;
	await render(TapeStrip, {
		kinds: [...kinds],
		pitch: 40,
		height: 12,
		label: 'a tape',
		title: (i: number) => `cell ${i}, ${kinds[i]}`,
	});
	const tape = page.getByRole('img', { name: 'a tape' });
	const element = tape.element();
	expect(element.querySelectorAll('path')).toHaveLength(3);
	expect(element.querySelector('title')).toBeNull();
	await tape.hover({ position: { x: 100, y: 6 } });
	await expect.poll(() => element.querySelector('title')?.textContent).toBe('cell 2, late');
	await tape.hover({ position: { x: 158, y: 6 } });
	await expect.poll(() => element.querySelector('title')?.textContent).toBe('cell 3, delivered');
	await userEvent.hover(document.body);
	await expect.poll(() => element.querySelector('title')).toBeNull();
});
