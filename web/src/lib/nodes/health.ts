import type { Health, Source } from '$lib/api';
import { t } from './health.words';

/** How loud a figure is: fine is quiet, low needs a look, bad needs a hand. */
export type Tone = 'fine' | 'low' | 'bad';

/** A part of a whole, from 0 to 1; 0 of an unknown whole. */
export function share(part: number, whole: number): number {
	return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/** What is left of a disk: low under 15 %, bad under 5 %. */
export function roomLeft(free: number, total: number): Tone {
	if (total <= 0) return 'fine'; // not known is no news
	const left = free / total;
	return left < 0.05 ? 'bad' : left < 0.15 ? 'low' : 'fine';
}

/**
 * An outbox is full of what was delivered lately as long as there is room, and forgets
 * that first. It is short of room only while much of it waits.
 */
export function outboxTone(health: Health): Tone {
	if (health.trouble) return 'bad';
	return health.outbox_records > 0 && share(health.outbox_bytes, health.outbox_quota) >= 0.9 ? 'low' : 'fine';
}

/** Seconds that a source may be behind its sensor before it is said. */
export const lagLimit = 10;

/** What went wrong in a source, in words; empty while all is well. */
export function faults(source: Source): string[] {
	const counted: [number, (n: number) => string][] = [
		[source.malformed, t.malformed],
		[source.too_long, t.tooLong],
		[source.invalid_utf8, t.notUTF8],
		[source.failures, t.failed],
	];
	return counted.filter(([n]) => n > 0).map(([n, says]) => says(n));
}
