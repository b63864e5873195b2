import { expect, it, vi } from 'vitest';
import { inTurn } from './in-turn';

it('calls each in a task of its own, in order, and not what was taken back', () => {
	vi.useFakeTimers();
	const called: string[] = [];
	inTurn(() => called.push('a'));
	const back = inTurn(() => called.push('b'));
	inTurn(() => {
		called.push('c');
		inTurn(() => called.push('d'));
	});
	back();
	expect(called).toEqual([]);
	for (const want of [['a'], ['a', 'c'], ['a', 'c', 'd']]) {
		vi.advanceTimersToNextTimer();
		expect(called).toEqual(want);
	}
	expect(vi.getTimerCount()).toBe(0);
	vi.useRealTimers();
});

it('keeps what may come later for the end', () => {
	vi.useFakeTimers();
	const called: string[] = [];
	inTurn(() => called.push('later'), true);
	inTurn(() => {
		called.push('a');
		inTurn(() => called.push('b'));
	});
	vi.runAllTimers();
	expect(called).toEqual(['a', 'b', 'later']);
	vi.useRealTimers();
});

it('goes on after one that throws', () => {
	vi.useFakeTimers();
	const called: string[] = [];
	inTurn(() => {
		throw new Error('drawn wrongly');
	});
	inTurn(() => called.push('next'));
	expect(() => vi.advanceTimersToNextTimer()).toThrow('drawn wrongly');
	vi.advanceTimersToNextTimer();
	expect(called).toEqual(['next']);
	vi.useRealTimers();
});
