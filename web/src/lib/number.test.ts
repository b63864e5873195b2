import { describe, expect, it } from 'vitest';
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
	it('keeps every digit', () => expect(count(12311)).toBe('12,311'));
	it('says what is counted', () =>
		expect([plural(1, 'record'), plural(0, 'record')]).toEqual(['1 record', '0 records']));
});
