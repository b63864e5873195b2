import { page, userEvent, type Locator } from 'vitest/browser';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { Bin } from './bins';
import Histogram from './Histogram.svelte';

const minute = 60_000;
const start = new Date(2026, 9, 13, 10).getTime();
/** Ten bars: one alert in the first, two in the second, and so on; a critical one in the last. */
const bins: Bin[] = Array.from({ length: 10 }, (_, i) => ({
	start: start + i * minute,
	counts: i === 9 ? { low: 9, critical: 1 } : { low: i + 1 },
	total: i + 1,
}));

async function show(more: object = {}) {
	const onbrush = vi.fn();
	const made = await render(Histogram, { bins, length: minute, label: 'Alerts, 10 m', onbrush, ...more });
	return { onbrush, slider: page.getByRole('slider'), made };
}

/** Drags the mouse from one part of the width to another. */
async function drag(slider: Locator, from: number, until: number) {
	const at = (part: number) => ({ x: Math.round(slider.element().clientWidth * part), y: 20 });
	await userEvent.dragAndDrop(slider, slider, { sourcePosition: at(from), targetPosition: at(until) });
}

beforeEach(() => page.viewport(600, 400));

describe('Histogram', () => {
	it('says in words what it shows', async () => {
		await show();
		const table = page.getByRole('table');
		await expect.element(table.getByRole('row').nth(1)).toHaveTextContent('13 Oct, 10:00 to 10:01101');
		expect(table.getByRole('row').elements()).toHaveLength(11);
		await expect.element(page.getByText('Critical 1, Low 54')).toBeInTheDocument();
	});

	it('draws one path for each severity, however many bars there are', async () => {
		const { made } = await show();
		await expect.poll(() => made.container.querySelectorAll('path').length).toBe(2);
	});

	it('is brushed with keys', async () => {
		const { onbrush, slider } = await show();
		slider.element().focus();
		await userEvent.keyboard('{ArrowLeft}');
		expect(onbrush).toHaveBeenCalledWith({ from: start + 9 * minute, until: start + 10 * minute });
	});

	it('is brushed by a drag over whole bars', async () => {
		const { onbrush, slider } = await show();
		await drag(slider, 0.25, 0.48);
		expect(onbrush).toHaveBeenCalledWith({ from: start + 2 * minute, until: start + 5 * minute });
	});

	it('moves the span that is dragged, and takes away the one that is clicked', async () => {
		const chosen = { from: start + 2 * minute, until: start + 5 * minute };
		const { onbrush, slider } = await show({ chosen });
		await drag(slider, 0.35, 0.55);
		expect(onbrush).toHaveBeenLastCalledWith({ from: start + 4 * minute, until: start + 7 * minute });
		await slider.click({ position: { x: 0.35 * slider.element().clientWidth, y: 20 } });
		expect(onbrush).toHaveBeenLastCalledWith(undefined);
	});

	it('is widened with Shift, shortened with an arrow, and taken away with Escape', async () => {
		const { onbrush, slider } = await show({
			chosen: { from: start + 2 * minute, until: start + 5 * minute },
		});
		(slider.element() as HTMLElement).focus();
		await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
		expect(onbrush).toHaveBeenLastCalledWith({ from: start + minute, until: start + 5 * minute });
		await userEvent.keyboard('{ArrowDown}');
		expect(onbrush).toHaveBeenLastCalledWith({ from: start + 2 * minute, until: start + 4 * minute });
		await userEvent.keyboard('{Escape}');
		expect(onbrush).toHaveBeenLastCalledWith(undefined);
	});

	it('counts beside the span, and Enter follows the link', async () => {
		const { slider } = await show({
			chosen: { from: start + 8 * minute, until: start + 10 * minute },
			href: () => '#there',
		});
		await expect.element(page.getByRole('link', { name: '19 alerts' })).toBeVisible();
		await expect.element(slider).toHaveAttribute('aria-valuetext', expect.stringContaining('19 alerts'));
		slider.element().focus();
		await userEvent.keyboard('{Enter}');
		expect(location.hash).toBe('#there');
	});

	it('merges bars that would be too narrow', async () => {
		await page.viewport(320, 400);
		const many = Array.from({ length: 120 }, (_, i) => ({
			start: start + i * minute,
			counts: { low: 1 },
			total: 1,
		}));
		const { slider } = await show({ bins: many });
		await expect.poll(() => Number(slider.element().getAttribute('aria-valuemax'))).toBeLessThan(64);
	});
});
