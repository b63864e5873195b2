import { barLength, bucketFor, floorLocal, type Span } from '$lib/charts/bins';

const hour = 60 * 60 * 1000;

/** How far back one can look, as the address has it. */
export const choices = ['1h', '24h', '7d', '30d'] as const;
export type Choice = (typeof choices)[number];

const lengths: Record<Choice, number> = {
	'1h': hour,
	'24h': 24 * hour,
	'7d': 7 * 24 * hour,
	'30d': 30 * 24 * hour,
};

export const usual: Choice = '24h';

/** Reads the choice from the address. */
export function choiceOf(text: string | null): Choice {
	return choices.find((choice) => choice === text) ?? usual;
}

/** What is counted: whole bars, of which the last one holds now. */
export interface Period {
	span: Span;
	/** Length of a bar in ms. */
	bar: number;
	/** Bucket to ask the core for, in seconds. */
	bucket: 60 | 3600 | 86400;
}

/** The bars that end with the one of now. */
export function periodOf(choice: Choice, now: number): Period {
	const length = lengths[choice];
	const bar = barLength({ from: 0, until: length });
	const bucket = bucketFor(bar);
	const last = Math.floor(floorLocal(now, bar) / (bucket * 1000)) * bucket * 1000;
	const until = last + bar;
	return { span: { from: until - length, until }, bar, bucket };
}

/** Whether a span was made for this period, and can be shown over its bars. */
export function within(span: Span, period: Period): boolean {
	return span.from >= period.span.from && span.until <= period.span.until;
}

/** When the reader's day began, as the core takes it. */
export function midnight(now: number): string {
	const at = new Date(now);
	at.setHours(0, 0, 0, 0);
	return at.toISOString();
}
