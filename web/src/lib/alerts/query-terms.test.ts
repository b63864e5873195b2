import { describe, expect, it } from 'vitest';
import { columnOf, pieces } from './query-terms';

describe('pieces', () => {
	it.each([
		'severity>=high client:acme word "a phrase" src:10.0.0.0/8',
		'  spaces   stay ',
		'client:"Clinic Saint-Luc" "not closed',
		'https://evil.example/x 10.0.0.5:443',
		'naïve 𝕏 after',
		'a"b',
		'>= : ""',
		'(a OR b) -tag:scanner host:(x OR "y z"*) NOT (',
		'-(a) - "open ""quote',
		'',
	])('joined are the query again: %j', (query) => {
		expect(
			pieces(query)
				.map((piece) => piece.text)
				.join(''),
		).toBe(query);
	});

	it('know field, operator and value', () => {
		const [first, , second, , third] = pieces('severity>=high client:"Saint Luc" word');
		expect([first?.field, first?.operator, first?.value]).toEqual(['severity', '>=', 'high']);
		expect([second?.field, second?.operator, second?.value]).toEqual(['client', ':', '"Saint Luc"']);
		expect([third?.field, third?.operator, third?.value]).toEqual(['', '', 'word']);
	});

	it('take a URL for a word', () => {
		expect(pieces('https://evil.example')[0]?.field).toBe('');
	});

	it('know what joins terms', () => {
		const joins = pieces('-tag:a (b OR c) AND "OR" ORACLE NOT d-e')
			.filter((piece) => piece.join)
			.map((piece) => piece.text);
		expect(joins).toEqual(['-', '(', 'OR', ')', 'AND', 'NOT']);
	});

	it('know operators, wildcards and quotes in quotes', () => {
		const [first, , second] = pieces('host!="a ""b"""* *"c d"');
		expect([first?.field, first?.operator, first?.value]).toEqual(['host', '!=', '"a ""b"""*']);
		expect(second?.value).toBe('*"c d"');
		expect(pieces('sha256:ab')[0]?.field).toBe('sha256');
	});

	it('are finished when something follows', () => {
		expect(pieces('rule:1 wor').map((piece) => piece.finished)).toEqual([true, true, false]);
	});

	it('count columns in characters, as the API does', () => {
		expect(pieces('𝕏𝕏 foo:1').at(-1)?.column).toBe(4);
	});
});

describe('columnOf', () => {
	it.each([
		['query.14', 14],
		['body.name', 0],
		['', 0],
	])('of %j is %i', (location, want) => expect(columnOf(location)).toBe(want));
});
