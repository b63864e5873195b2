import { describe, expect, it } from 'vitest';
import { exactText, runs, sha256 } from './raw-bytes';

const bytes = (...parts: (string | number)[]) =>
	new Uint8Array(
		parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])),
	);

const shown = (data: Uint8Array) => runs(data).map((run) => (run.escaped ? `<${run.text}>` : run.text));

describe('runs', () => {
	it.each([
		['plain text is one run', bytes('{"a":1}'), ['{"a":1}']],
		['accents and emoji are text', bytes('é€😀'), ['é€😀']],
		['Latin-1 is shown as bytes', bytes('caf', 0xe9, '!'), ['caf', '<\\xE9>', '!']],
		['neighbours share an escape', bytes(0xff, 0xfe, 'x'), ['<\\xFF\\xFE>', 'x']],
		['control characters are shown', bytes('a', 0, '\t', 'b'), ['a', '<\\x00\\x09>', 'b']],
		['an over-long form is no text', bytes(0xc0, 0xaf), ['<\\xC0\\xAF>']],
		['a surrogate is no text', bytes(0xed, 0xa0, 0x80), ['<\\xED\\xA0\\x80>']],
		['a sequence that was cut is no text', bytes('x', 0xe2, 0x82), ['x', '<\\xE2\\x82>']],
		['a byte order mark is kept', bytes(0xef, 0xbb, 0xbf, 'x'), ['\ufeffx']],
		['nothing is nothing', bytes(), []],
	])('%s', (_, data, want) => expect(shown(data)).toEqual(want));

	it('agrees with the browser on what is UTF-8', () => {
		let seed = 1;
		const random = () => (seed = (seed * 48271) % 2147483647);
		for (let i = 0; i < 2000; i++) {
			const data = Uint8Array.from({ length: 1 + (random() % 6) }, () => 0x20 + (random() % 0xdf));
			const escaped = runs(data).some((run) => run.escaped && run.text !== '\\x7F');
			expect(escaped, [...data].join(' ')).toBe(exactText(data) === undefined);
		}
	});
});

describe('sha256', () => {
	it('is the hash of the bytes', async () => {
		expect(await sha256(bytes('abc'))).toBe(
			'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
		);
	});
});
