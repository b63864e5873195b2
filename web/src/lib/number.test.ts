import { describe, expect, it, vi } from 'vitest';
import { language } from './i18n/language.svelte';
import { bytes, count, plural } from './number';

describe('bytes', () => {
	it.each([
		[0, '0 B'],
		[1, '1 B'],
		[1023, '1,023 B'],
		[1024, '1.0 KiB'],
		[3_250_586, '3.1 MiB'],
		[10 * 1024 * 1024, '10 MiB'],
		[1024 * 1024 - 1, '1.0 MiB'], // never "1,024 KiB"
		[2 * 1024 ** 3, '2.0 GiB'],
		[5.5 * 1024 ** 4, '5.5 TiB'],
		[2048 * 1024 ** 4, '2,048 TiB'],
		[-1, '0 B'],
	])('%i is %s', (n, want) => expect(bytes(n)).toBe(want));
});

describe('count', () => {
	it.each([0, 7, 999, 1000, 12_311, 123_456, 1_234_567, 9_007_199_254_740_991, -1234])(
		'writes %i as the browser does, in both languages',
		(n) => {
			for (const code of ['en', 'fr'] as const) {
				vi.spyOn(language, 'code', 'get').mockReturnValue(code);
				expect(count(n)).toBe(new Intl.NumberFormat(code).format(n));
			}
			vi.restoreAllMocks();
		},
	);
	it('says what is counted', () =>
		expect([plural(1, 'record'), plural(0, 'record')]).toEqual(['1 record', '0 records']));
});
