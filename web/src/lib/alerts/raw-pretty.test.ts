import { describe, expect, it } from 'vitest';
import { pretty } from './raw-pretty';

const shown = (text: string) =>
	pretty(text)?.map(
		(line) => `${'  '.repeat(line.depth)}${line.key === undefined ? '' : `${line.key} `}${line.text}`,
	);

describe('pretty', () => {
	it('keeps the order of keys, repeated keys and long numbers', () => {
		expect(shown('{"b":1,"10":2,"a":12345678901234567890.10,"b":-0e1}')).toEqual([
			'{',
			'  b 1',
			'  10 2',
			'  a 12345678901234567890.10',
			'  b -0e1',
			'}',
		]);
	});

	it('nests objects and arrays', () => {
		expect(shown(' {"a": [1, {"b": null}], "c": {}, "d": []} ')).toEqual([
			'{',
			'  a [',
			'    1',
			'    {',
			'      b null',
			'    }',
			'  ]',
			'  c {}',
			'  d []',
			'}',
		]);
	});

	it('leaves escapes as they were written', () => {
		expect(shown('{"k\\"ey":"\\u00e9\\n\\"x\\""}')).toEqual(['{', '  k\\"ey "\\u00e9\\n\\"x\\""', '}']);
	});

	it.each(['', '{', '{"a":}', '{"a":1,}', '[1 2]', '{"a":1} x', '01', 'nul', '"a\nb"', "{'a':1}"])(
		'is nothing for what is no JSON: %j',
		(text) => expect(pretty(text)).toBeUndefined(),
	);

	it('agrees with JSON.parse on what is JSON', () => {
		for (const text of [
			'1',
			'"x"',
			'true',
			'[[],{}]',
			'{"a":{"b":[1,2,3]}}',
			'-1.5E+3',
			'-',
			'+1',
			'.5',
			'[,]',
			'{}}',
		]) {
			let valid = true;
			try {
				JSON.parse(text);
			} catch {
				valid = false;
			}
			expect(pretty(text) !== undefined, text).toBe(valid);
		}
	});

	it('gives up on absurd depth instead of running out of stack', () => {
		expect(pretty('['.repeat(100_000))).toBeUndefined();
	});
});
