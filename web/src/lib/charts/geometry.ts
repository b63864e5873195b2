import type { Severity } from '$lib/api';
import { stack, type Bin } from './bins';

/** The next round figure above a count: the top of the axis. */
export function ceiling(n: number): number {
	if (n <= 4) return 4;
	const ten = 10 ** Math.floor(Math.log10(n));
	return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((k) => k * ten).find((top) => top >= n) ?? n;
}

/** A critical alert is never lower than this, in px, so that one among thousands is seen. */
export const leastCritical = 4;
const least = 1;

/**
 * The bars as one path a severity, in px: a thousand elements would cost more than all
 * else on the page. `pitch` is a bar with its gap of 2 px.
 */
export function paths(bins: readonly Bin[], pitch: number, height: number): Map<Severity, string> {
	const top = ceiling(Math.max(0, ...bins.map((bin) => bin.total)));
	const width = round(pitch - Math.min(2, pitch / 3));
	const out = new Map<Severity, string>();
	bins.forEach((bin, i) => {
		const x = round(i * pitch + (pitch - width) / 2);
		let y = height;
		for (const part of heights(bin, top, height)) {
			y = round(y - part.px);
			// A hairline between two severities, where there is room for one.
			const inner = part.px > 3 ? round(part.px - 1) : part.px;
			out.set(
				part.severity,
				`${out.get(part.severity) ?? ''}M${x} ${round(y + part.px - inner)}h${width}v${inner}h${-width}z`,
			);
		}
	});
	return out;
}

/** How high each part of a bar is. What a small one needs, the largest one gives. */
export function heights(bin: Bin, top: number, height: number): { severity: Severity; px: number }[] {
	const parts = stack
		.filter((severity) => (bin.counts[severity] ?? 0) > 0)
		.map((severity) => {
			const exact = ((bin.counts[severity] ?? 0) / top) * height;
			return { severity, px: round(Math.max(exact, severity === 'critical' ? leastCritical : least)) };
		});
	const over = parts.reduce((all, part) => all + part.px, 0) - height;
	if (over > 0) {
		const largest = parts.reduce((a, b) => (b.px > a.px ? b : a));
		largest.px = round(Math.max(least, largest.px - over));
	}
	return parts;
}

function round(n: number): number {
	return Math.round(n * 100) / 100;
}

/** A line through values, from left to right, with room for its own width. */
export function line(values: readonly number[], width: number, height: number, top = Math.max(...values)) {
	const room = 3;
	const step = values.length > 1 ? (width - 2 * room) / (values.length - 1) : 0;
	return values.map((value, i) => ({
		x: round(room + i * step),
		y: round(height - room - (top > 0 ? Math.min(1, value / top) : 0) * (height - 2 * room)),
	}));
}
