import type { Histogram, Severity } from '$lib/api';

/** From the bottom of a bar to its top: the worst is on top. */
export const stack: Severity[] = ['unknown', 'informational', 'low', 'medium', 'high', 'critical'];

/** One bar: so many alerts of each severity from `start`, for the length of all bars. */
export interface Bin {
	/** ms since 1970. */
	start: number;
	counts: Partial<Record<Severity, number>>;
	total: number;
}

/** A span of time in ms since 1970; `until` is not part of it. */
export interface Span {
	from: number;
	until: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Lengths of bars that people reckon in. */
const lengths = [
	...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
	...[1, 2, 3, 4, 6, 8, 12].map((n) => n * hour),
	...[1, 2, 7, 14, 28].map((n) => n * day),
];

/** The shortest length of bars with which a span has at most so many, in ms. */
export function barLength(span: Span, most = 96): number {
	const least = (span.until - span.from) / most;
	return lengths.find((length) => length >= least) ?? Math.ceil(least / day) * day;
}

/** The bucket to ask the core for, in seconds, so that bars of this length can be made of them. */
export function bucketFor(length: number): 60 | 3600 | 86400 {
	if (length % hour !== 0) return 60;
	return length % day === 0 && new Date().getTimezoneOffset() === 0 ? 86400 : 3600;
}

/** The last moment before `time` at which a bar of this length begins by the reader's clock. */
export function floorLocal(time: number, length: number): number {
	const offset = new Date(time).getTimezoneOffset() * minute;
	return Math.floor((time - offset) / length) * length + offset;
}

/** Makes bars of equal length, the oldest first and none left out, of what the core counted. */
export function bins(histogram: Pick<Histogram, 'buckets'>, span: Span, length: number): Bin[] {
	const out: Bin[] = [];
	for (let start = span.from; start < span.until; start += length) out.push({ start, counts: {}, total: 0 });
	for (const bucket of histogram.buckets) {
		const bin = out[Math.floor((Date.parse(bucket.time) - span.from) / length)];
		if (!bin) continue;
		for (const severity of stack) add(bin, severity, bucket.severities[severity] ?? 0);
	}
	return out;
}

function add(bin: Bin, severity: Severity, n: number) {
	if (n === 0) return;
	bin.counts[severity] = (bin.counts[severity] ?? 0) + n;
	bin.total += n;
}

/** What the core counted as at most so many bars: for a span that the core has chosen. */
export function fit(histogram: Histogram, most = 96): { bins: Bin[]; length: number; span: Span } {
	const asked = { from: Date.parse(histogram.from), until: Date.parse(histogram.until) };
	const bucket = histogram.seconds * 1000;
	// A bar is whole buckets, or it would tell less than it stands for.
	const length = lengths.find((n) => n >= barLength(asked, most) && n % bucket === 0) ?? bucket;
	// Where a zone is off by half an hour, its hours are not the core's: the core's are taken.
	const from = Math.floor(floorLocal(asked.from, length) / bucket) * bucket;
	const span = { from: Math.min(from, asked.from), until: asked.until };
	return { bins: bins(histogram, span, length), length, span };
}

/** Fewer, longer bars: `by` neighbours make one. */
export function merge(from: readonly Bin[], by: number): Bin[] {
	if (by <= 1) return [...from];
	const out: Bin[] = [];
	from.forEach((bin, i) => {
		const last = out.at(-1);
		if (i % by === 0 || !last) {
			out.push({ ...bin, counts: { ...bin.counts } });
			return;
		}
		for (const severity of stack) add(last, severity, bin.counts[severity] ?? 0);
	});
	return out;
}

/** All of the bars that begin in the span. */
export function sum(from: readonly Bin[], span: Span): Bin {
	const all: Bin = { start: span.from, counts: {}, total: 0 };
	for (const bin of from) {
		if (bin.start < span.from || bin.start >= span.until) continue;
		for (const severity of stack) add(all, severity, bin.counts[severity] ?? 0);
	}
	return all;
}
