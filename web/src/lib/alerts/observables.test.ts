import { describe, expect, it } from 'vitest';
import { byText, observableName } from './observables';

const queryOf = (link: string) => new URL(link, 'https://core.example').searchParams.get('query');

describe('byText', () => {
	it.each([
		['203.0.113.7', '"203.0.113.7"'],
		['https://a.example/x?b=c&d=e f', '"a.example" "/x?b=c&d=e f"'],
		['http://a.example:8080/x', '"a.example" "/x"'],
		['http://a.example/', '"a.example"'],
		['say "hello"', '"say  hello "'],
		['C:\\Temp\\a.exe', '"C:\\Temp\\a.exe"'],
	])('puts %j into the query box as text', (value, want) => expect(queryOf(byText(value))).toBe(want));
});

describe('observableName', () => {
	it('is a word for people', () => expect(observableName('url')).toBe('URL'));
});
