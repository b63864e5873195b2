import { expect, test } from 'vitest';
import { changesOf } from './changes';

test('what was and what is stand beside each other', () => {
	expect(changesOf({ role: 'viewer', gone: 1 }, { role: 'admin', clients: ['a', 'b'] })).toEqual([
		{ field: 'role', before: 'viewer', after: 'admin' },
		{ field: 'gone', before: '1', after: undefined },
		{ field: 'clients', before: undefined, after: 'a, b' },
	]);
});
test('objects inside are told by their path', () => {
	expect(changesOf(undefined, { items: [{ id: 7 }], off: false })).toEqual([
		{ field: 'items.0.id', before: undefined, after: '7' },
		{ field: 'off', before: undefined, after: 'false' },
	]);
});
test('nothing changed', () => expect(changesOf(undefined, null)).toEqual([]));
