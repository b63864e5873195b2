import { page, userEvent } from 'vitest/browser';
import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Problem } from '$lib/api';
import ConfirmName from './confirm-name.svelte';

async function show(answer?: Problem) {
	const onconfirm = vi.fn(() => Promise.resolve(answer));
	const props = { title: 'Delete the user ada', text: 'It is gone for good.', name: 'ada', action: 'Delete' };
	await render(ConfirmName, { open: true, ...props, onconfirm });
	return {
		onconfirm,
		dialog: page.getByRole('dialog'),
		box: page.getByRole('textbox'),
		button: page.getByRole('button', { name: 'Delete' }),
	};
}

describe('what cannot be taken back', () => {
	it('waits for the whole name, as it is written', async () => {
		const { onconfirm, box, button } = await show();
		await expect.element(button).toBeDisabled();
		for (const typed of ['ad', 'Ada', 'ada ']) {
			await box.fill(typed);
			await expect.element(button).toBeDisabled();
			await userEvent.keyboard('{Enter}');
		}
		expect(onconfirm).not.toHaveBeenCalled();
	});

	it('is done by the button or by Enter, once, and closes', async () => {
		const { onconfirm, dialog, box } = await show();
		await box.fill('ada');
		await userEvent.keyboard('{Enter}');
		await expect.element(dialog).not.toBeInTheDocument();
		expect(onconfirm).toHaveBeenCalledTimes(1);
	});

	it('stays with what was typed when it is refused, and says why', async () => {
		const refused = {
			status: 409,
			message: 'ada is the last one who may.',
			request: '',
			location: '',
			errors: [],
		};
		const { dialog, box, button } = await show(refused);
		await box.fill('ada');
		await button.click();
		await expect.element(dialog).toHaveTextContent('ada is the last one who may.');
		await expect.element(box).toHaveValue('ada');
		await expect.element(button).toBeEnabled();
	});

	it('is given up with Escape', async () => {
		const { onconfirm, dialog, box } = await show();
		await box.fill('ada');
		await userEvent.keyboard('{Escape}');
		await expect.element(dialog).not.toBeInTheDocument();
		expect(onconfirm).not.toHaveBeenCalled();
	});
});
