import { expect, test } from 'vitest';
import { fit } from './find';

const best = (typed: string, ...texts: string[]) =>
	texts
		.map((text) => ({ text, score: fit(text, typed) }))
		.filter(({ score }) => score > 0)
		.sort((a, b) => b.score - a.score)
		.map(({ text }) => text);

test('the beginning of a word is meant first', () => {
	expect(best('al', 'Dark theme: special', 'Alerts', 'Fonderie Valmont')).toEqual([
		'Alerts',
		'Fonderie Valmont',
		'Dark theme: special',
	]);
});
test('accents and case do not matter', () =>
	expect(best('reglages', 'Réglages', 'Vue')).toEqual(['Réglages']));
test('every word must be there, in any order', () => {
	expect(best('luc clinic', 'Clinic Saint-Luc', 'Clinic Valmont')).toEqual(['Clinic Saint-Luc']);
});
test('letters in their order do', () =>
	expect(best('clsl', 'Clinic Saint-Luc', 'Nodes')).toEqual(['Clinic Saint-Luc']));
test('of two alike the shorter', () =>
	expect(best('node', 'Nodes of all', 'Nodes')).toEqual(['Nodes', 'Nodes of all']));
test('nothing typed fits all', () => expect(fit('x', ' ')).toBeGreaterThan(0));
