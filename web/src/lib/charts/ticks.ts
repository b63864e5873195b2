import { clockMinutes, dayMonth } from '$lib/time';
import type { Span } from './bins';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
	...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
	...[1, 2, 3, 4, 6, 8, 12].map((n) => n * hour),
	...[1, 2, 3, 7, 14, 28, 56, 112].map((n) => n * day),
];

export interface Tick {
	time: number;
	text: string;
}

/**
 * Round times of the reader's clock in a span, at most so many; midnight is its day. Walks
 * by calendar and not by ms, so that a day of 23 or 25 hours leaves its labels round.
 */
export function ticks(span: Span, most: number): Tick[] {
	const step = steps.find((n) => (span.until - span.from) / n <= most) ?? steps.at(-1) ?? day;
	const at = new Date(span.from);
	at.setHours(0, 0, 0, 0);
	const out: Tick[] = [];
	for (let n = 0; at.getTime() < span.until && n < 10_000; n++) {
		const time = at.getTime();
		if (time >= span.from)
			out.push({ time, text: step >= day || midnight(at) ? dayMonth(at) : clockMinutes(time) });
		if (step >= day) at.setDate(at.getDate() + step / day);
		else at.setMinutes(at.getMinutes() + step / minute);
	}
	return out;
}

function midnight(at: Date): boolean {
	return at.getHours() === 0 && at.getMinutes() === 0;
}

/** "08:15 to 10:30"; with the days where they are not the same, or not today. */
export function spanText(span: Span, now: number, to: string): string {
	const [from, until] = [new Date(span.from), new Date(span.until)];
	const today = from.toDateString() === new Date(now).toDateString();
	// Up to midnight is still that day.
	const same = from.toDateString() === new Date(span.until - 1).toDateString();
	if (midnight(from) && midnight(until) && !(same && today)) {
		const last = new Date(span.until - 1);
		return same ? dayMonth(from) : `${dayMonth(from)} ${to} ${dayMonth(last)}`;
	}
	const [first, second] = [clockMinutes(span.from), clockMinutes(span.until)];
	if (same) return `${today ? '' : `${dayMonth(from)}, `}${first} ${to} ${second}`;
	return `${dayMonth(from)}, ${first} ${to} ${dayMonth(until)}, ${second}`;
}
