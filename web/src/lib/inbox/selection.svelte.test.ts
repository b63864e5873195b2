import { expect, it } from 'vitest';
import { Selection } from './selection.svelte';

const rows = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
const chosen = (selection: Selection) => [...selection.ids].sort().join('');

it('chooses and no longer chooses a row', () => {
	const selection = new Selection();
	selection.toggle('b');
	selection.toggle('d');
	selection.toggle('b');
	expect(chosen(selection)).toBe('d');
});

it('chooses a range from the last one, either way, and keeps the others', () => {
	const selection = new Selection();
	selection.toggle('a');
	selection.toggle('d');
	selection.range(rows, 'c');
	expect(chosen(selection)).toBe('acd');
	selection.range(rows, 'e');
	expect(chosen(selection)).toBe('acde');
});

it('a range whose beginning is not in the list any more is one row', () => {
	const selection = new Selection();
	selection.toggle('gone');
	selection.range(rows, 'c');
	expect(selection.has('c')).toBe(true);
	expect(selection.has('b')).toBe(false);
});

it('all of a filter is more than the rows, and ends with a single one', () => {
	const selection = new Selection();
	selection.chooseAll();
	expect(selection.has('not shown')).toBe(true);
	selection.toggle('a');
	expect(selection.all).toBe(false);
	selection.clear();
	expect(selection.some).toBe(false);
});
