import { beforeEach, expect, it, vi } from 'vitest';
import { QueryHistory } from './query-history.svelte';

let kept: Map<string, string>;
beforeEach(() => {
	kept = new Map();
	vi.stubGlobal('localStorage', {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
	});
});

it('finds what holds the text, the last one first, each once', () => {
	const history = new QueryHistory('ann');
	for (const query of ['client:acme', 'is:open', 'client:b', 'client:acme', '']) history.add(query);
	expect(history.find('', 9)).toEqual(['client:acme', 'client:b', 'is:open']);
	expect(history.find('CLIENT', 1)).toEqual(['client:acme']);
	expect(history.find('client:acme ', 9)).toEqual([]);
});

it('is kept for each person, a dozen at most', () => {
	const history = new QueryHistory('ann');
	for (let i = 0; i < 20; i++) history.add(`q${i}`);
	expect(new QueryHistory('ann').find('', 99)).toHaveLength(12);
	expect(new QueryHistory('bob').find('', 99)).toEqual([]);
	kept.set('socme-queries ann', '[1,');
	expect(new QueryHistory('ann').find('', 99)).toEqual([]);
});
