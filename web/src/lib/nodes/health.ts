import type { Health, Source } from '$lib/api';

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
	const said: string[] = [];
	const say = (n: number, one: string, many: string) => {
		if (n > 0) said.push(n === 1 ? one : many.replace('#', n.toLocaleString('en')));
	};
	say(
		source.malformed,
		'1 line was malformed: no JSON object, or without what an alert needs',
		'# lines were malformed: no JSON object, or without what an alert needs',
	);
	say(source.too_long, '1 line was too long: over 1 MiB', '# lines were too long: over 1 MiB');
	say(
		source.invalid_utf8,
		'1 alert is not UTF-8: it was kept, its raw line to the byte',
		'# alerts are not UTF-8: they were kept, their raw lines to the byte',
	);
	say(source.failures, 'It failed once and was started again', 'It failed # times and was started again');
	return said;
}
