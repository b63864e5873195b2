import { describe, expect, it } from 'vitest';
import { groups, hue, initials, shorten } from './text';

describe('shorten', () => {
	it('leaves what fits', () => expect(shorten('10.0.0.1:443', 12)).toBe('10.0.0.1:443'));
	it('keeps both ends and the length', () => {
		const short = shorten('[2001:db8:85a3:8d3:1319:8a2e:370:7348]:51844', 24);
		expect(short).toBe('[2001:db8:85…7348]:51844');
		expect(short).toHaveLength(24);
	});
});

describe('groups', () => {
	it('cuts a hash into fours', () => expect(groups('e3a19c045b')).toEqual(['e3a1', '9c04', '5b']));
	it('of nothing is nothing', () => expect(groups('')).toEqual([]));
});

describe('initials', () => {
	it.each([
		['Clinic Saint-Luc', 'CS'],
		['local', 'LO'],
		['demo-gate', 'DG'],
		['é', 'É'],
		['', '?'],
	])('of %j are %s', (name, want) => expect(initials(name)).toBe(want));
});

describe('hue', () => {
	it('belongs to the id and is never near a severity', () => {
		for (let i = 0; i < 500; i++) {
			const h = hue(`client-${i}`);
			expect(h).toBe(hue(`client-${i}`));
			expect(h).toBeGreaterThanOrEqual(160);
			expect(h).toBeLessThanOrEqual(330);
		}
	});
});
