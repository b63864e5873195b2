import { expect, test } from 'vitest';
import { rules, type Rule } from '$lib/rules.gen';
import { check, ruleName } from './check';

const cases: [says: string, rule: Rule, value: string, want: string][] = [
	['what is needed and missing', { required: true, minLength: 1 }, '  ', 'This is needed.'],
	['what is missing and not needed', { minLength: 10 }, '', ''],
	['too short', { minLength: 10 }, 'short', 'At least 10 characters.'],
	['long enough', { minLength: 5 }, 'short', ''],
	['characters, not units of UTF-16', { maxLength: 2 }, '🔑🔑', ''],
	['too long', { maxLength: 2 }, 'abc', 'At most 2 characters; these are 3.'],
	['not of the list', { enum: ['admin'] }, 'root', 'Choose one of the list.'],
	['a pattern that fits', { pattern: '^[a-z]+$' }, 'abc', ''],
	['a pattern that does not', { pattern: '^[a-z]+$' }, 'Abc', 'This is not written as it must be.'],
	['an address of mail', { format: 'email' }, 'ada', 'An address with an @ is needed.'],
	[
		'a whole address',
		{ format: 'uri' },
		'example.org',
		'A whole address is needed, such as https://example.org.',
	],
	['no number', { number: true }, 'x', 'A number is needed.'],
	['too little', { number: true, minimum: 1 }, '0', 'At least 1.'],
	['too much', { number: true, maximum: 3650 }, '4000', 'At most 3,650.'],
];

test.each(cases)('%s', (_, rule, value, want) => expect(check(rule, value)).toBe(want));

test('the rules are those of the schema', () => {
	expect(rules['change-account'].password).toEqual({ minLength: 10, maxLength: 1024 });
	expect(rules['add-token'].days).toMatchObject({ number: true, minimum: 1, maximum: 3650 });
	expect(rules['invite-user'].name.required).toBe(true);
});

test('a place in a list has the rule of its list', () => {
	expect(ruleName('contacts[3].name')).toBe('contacts[].name');
});
