import { describe, expect, it } from 'vitest';
import type { Alert, Severity } from '$lib/api';
import { exampleAlert } from './example';
import { holds, merge, renew } from './merge';

/** "a" is an alert; "a9" has its place elsewhere: 9 is its sort key, and a its id. */
const list = (text: string) =>
	text
		.split(' ')
		.filter((word) => word !== '')
		.map((word) => exampleAlert({ id: word.charAt(0), sort_key: word.slice(1) || word }));
const ids = (rows: readonly Alert[]) => rows.map((row) => row.id).join('');
const as = (text: string, severity: Severity): Alert[] => list(text).map((alert) => ({ ...alert, severity }));

describe('merge', () => {
	it.each([
		['newer ones go on top', 'd c b', 'f e', '', 'fedcb'],
		['late ones go to their place', 'f d b', 'e c', '', 'fedcb'],
		['none comes twice', 'd c b', 'd c x', '', 'xdcb'],
		['none comes twice from the new ones either', 'b', 'd d', '', 'db'],
		['older pages go below', 'f e', 'd c b', '', 'fedcb'],
		['what belongs to an unread page waits', 'f d', 'e a', 'd', 'fed'],
		['nothing new changes nothing', 'f e d', '', '', 'fed'],
		['into nothing', '', 'b c a', '', 'cba'],
		['the order is that of the sort keys, whatever the ids are', 'a9 b7', 'z8 c5', '', 'azbc'],
		['one id at two places is one alert, at the newer place', 'a9 b7', 'b8', '', 'ab'],
		['an alert whose key rose moves up', 'a9 b7 c5', 'c8', '', 'acb'],
		['an alert whose key fell moves down', 'a9 b7 c5', 'a6', '', 'bac'],
		['and out of the list where its page was not read', 'a9 b7 c5', 'a2', '5', 'bc'],
		['equal keys of two alerts keep both', 'a9 b7', 'c7', '', 'abc'],
	])('%s', (_, rows, more, floor, want) => expect(ids(merge(list(rows), list(more), floor))).toBe(want));

	it('replaces what it has with what came, in the same place', () => {
		const got = merge(list('d c b'), as('c', 'critical'));
		expect(ids(got)).toBe('dcb');
		expect(got.map((row) => row.severity)).toEqual(['low', 'critical', 'low']);
	});

	it('takes the last of several with one id', () => {
		const got = merge(list('b'), [...as('c', 'high'), ...as('c', 'critical')]);
		expect(got.map((row) => row.severity)).toEqual(['critical', 'low']);
	});

	it('leaves the lists that it is given as they are', () => {
		const rows = list('d b');
		merge(rows, as('b c', 'critical'));
		expect(rows).toEqual(list('d b'));
	});
});

describe('renew', () => {
	it('changes in place, adds nothing and moves nothing', () => {
		const got = renew(list('d c b'), [...as('c', 'critical'), ...list('e'), ...as('b9', 'high')]);
		expect(got.map((row) => `${row.id} ${row.severity}`)).toEqual(['d low', 'c critical', 'b low']);
	});

	it('gives the same list where there is nothing to change', () => {
		const rows = list('d c');
		expect(renew(rows, list('e d9'))).toBe(rows);
	});
});

describe('holds', () => {
	it('knows an alert by its id, and whether it still belongs there', () => {
		const known = holds(list('d c'));
		expect(list('d c9 e').map(known)).toEqual([true, false, false]);
	});
});
