import { describe, expect, it } from 'vitest';
import { linkSecret, nextPath } from './link';

describe('linkSecret', () => {
	it.each([
		['#link=f7yqzn75', 'f7yqzn75'],
		['#other=1', ''],
		['', ''],
	])('of %j is %j', (fragment, want) => expect(linkSecret(fragment)).toBe(want));
});

describe('nextPath', () => {
	it.each([
		['a path of ours with its query', '?next=%2Falerts%3Fquery%3Drule%253A1', '/alerts?query=rule%3A1'],
		['nothing asked', '', '/'],
		['another site', '?next=https%3A%2F%2Fevil.example', '/'],
		['another site without a scheme', '?next=%2F%2Fevil.example', '/'],
		['another site behind a backslash', '?next=%2F%5Cevil.example', '/'],
		['the sign-in itself', '?next=%2Fsign-in', '/'],
	])('%s', (_, search, want) => expect(nextPath(search)).toBe(want));
});
