import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeyTable } from './key-table.svelte';

vi.stubGlobal('HTMLElement', class {});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function press(table: KeyTable, key: string): KeyboardEvent {
	let prevented = false;
	const event = {
		key,
		target: undefined,
		get defaultPrevented() {
			return prevented;
		},
		preventDefault: () => (prevented = true),
		stopPropagation: () => {},
	} as unknown as KeyboardEvent;
	table.chord(event);
	table.press(event);
	return event;
}

test('a page opened later has a key first, and gives it back', () => {
	const table = new KeyTable();
	const said: string[] = [];
	const key = (who: string) => ({ caps: ['a'], does: who, run: () => said.push(who) });
	table.add(() => ({ title: 'Everywhere', keys: [key('all')] }));
	const stop = table.add(() => ({ title: 'Page', keys: [key('page')] }));
	press(table, 'a');
	stop();
	press(table, 'a');
	expect(said).toEqual(['page', 'all']);
	expect(table.groups.map((group) => group.title)).toEqual(['Everywhere']);
});

test('a key that had nothing to do is left to others', () => {
	const table = new KeyTable();
	const run = vi.fn();
	table.add(() => ({ title: 'Everywhere', keys: [{ caps: ['Esc'], does: '', run }] }));
	table.add(() => ({ title: 'Page', keys: [{ caps: ['Esc'], does: '', run: () => false }] }));
	expect(press(table, 'Escape').defaultPrevented).toBe(true);
	expect(run).toHaveBeenCalledOnce();
});

test('the second of two keys is for them alone, and is waited for not long', () => {
	const table = new KeyTable();
	const go = vi.fn();
	const claim = vi.fn();
	table.add(() => ({
		title: 'All',
		keys: [
			{ caps: ['g', 'c'], does: '', run: go },
			{ caps: ['c'], does: '', run: claim },
		],
	}));
	press(table, 'g');
	expect(table.first).toBe('g');
	press(table, 'c');
	expect([go.mock.calls.length, claim.mock.calls.length]).toEqual([1, 0]);
	press(table, 'g');
	vi.advanceTimersByTime(2000);
	press(table, 'c');
	expect([go.mock.calls.length, claim.mock.calls.length]).toEqual([1, 1]);
});
