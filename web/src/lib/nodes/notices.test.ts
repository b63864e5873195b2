import { describe, expect, it } from 'vitest';
import type { Node } from '$lib/api';
import { exampleHealth, exampleNode } from './example';
import { notices } from './notices';

const now = Date.parse('2026-10-13T14:31:52Z');
const titles = (parts: Partial<Node>) => notices(exampleNode(parts), now).map((notice) => notice.title);

describe('notices', () => {
	it('are none while all is well', () => expect(titles({ clock_skew_ms: 2000 })).toEqual([]));

	it.each([
		[4200, "The node's clock is 4.20 s ahead of the core's"],
		[-3_900_000, "The node's clock is 1 h 5 m behind the core's"],
	])('say to which side a clock of %i ms is wrong', (clock_skew_ms, want) =>
		expect(titles({ clock_skew_ms })).toEqual([want]),
	);

	it('say since when nothing was heard', () => {
		const [offline] = notices(exampleNode({ state: 'offline', last_seen_time: '2026-10-13T14:27:42Z' }), now);
		expect(offline?.title).toMatch(/^Offline since \d\d:\d\d:42, 1[34] Oct$/);
	});

	it('give the whole reason why an outbox cannot be written, before everything else', () => {
		const got = notices(
			exampleNode({
				state: 'offline',
				clock_skew_ms: 9000,
				health: exampleHealth({ trouble: 'the disk is full' }),
			}),
			now,
		);
		expect(got.map((notice) => notice.id)).toEqual(['trouble', 'offline', 'skew']);
		expect(got[0]?.text).toMatch(/^The disk is full\. /);
	});

	it('leave the clock of a revoked node alone', () =>
		expect(titles({ state: 'revoked', clock_skew_ms: 9000 })).toEqual([]));
});
