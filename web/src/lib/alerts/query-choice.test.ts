import { describe, expect, it } from 'vitest';
import { taken } from './query-choice';

describe('a choice that is taken', () => {
	it('replaces its span and puts the cursor behind it', () => {
		expect(taken('sev', { start: 0, end: 3 }, { text: 'severity>=', open: true })).toEqual({
			text: 'severity>=',
			cursor: 10,
		});
	});
	it('is followed by a space when nothing more is to be written', () => {
		expect(taken('is:o', { start: 3, end: 4 }, { text: 'open', open: false })).toEqual({
			text: 'is:open ',
			cursor: 8,
		});
	});
	it('keeps what stands behind', () => {
		expect(taken('(is:o) b', { start: 4, end: 5 }, { text: 'open', open: false }).text).toBe('(is:open) b');
	});
	it('counts characters, not UTF-16 units', () => {
		expect(taken('𝕏 is:o', { start: 5, end: 6 }, { text: 'open', open: false })).toEqual({
			text: '𝕏 is:open ',
			cursor: 11,
		});
	});
});
