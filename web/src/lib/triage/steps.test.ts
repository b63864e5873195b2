import { describe, expect, it } from 'vitest';
import type { Action } from '$lib/api';
import { doneWords, refusal, type Subject, type Verb } from './steps';

const verbs: Verb[] = ['acknowledge', 'claim', 'assign', 'release', 'escalate', 'resolve', 'reopen'];
const fitting = (subject: Subject) => verbs.filter((verb) => refusal(verb, subject, 'ann') === '');

describe('what fits an alert', () => {
	it.each<[Subject, Verb[]]>([
		[{ state: 'open' }, ['acknowledge', 'claim', 'assign', 'escalate', 'resolve']],
		[{ state: 'acknowledged' }, ['claim', 'assign', 'escalate', 'resolve']],
		[{ state: 'escalated', owner: 'ann' }, ['assign', 'release', 'resolve']],
		[{ state: 'resolved' }, ['reopen']],
	])('%j', (subject, want) => expect(fitting(subject)).toEqual(want));

	it('says who has it', () => {
		expect(refusal('claim', { state: 'open', owner: 'bob' }, 'ann')).toBe('bob has it');
		expect(refusal('claim', { state: 'open', owner: 'ann' }, 'ann')).toBe('You have it already');
	});
	it('says what it is already', () =>
		expect(refusal('acknowledge', { state: 'escalated' }, 'ann')).toBe('It is escalated already'));
});

it('of a group a step fits when it fits one of its alerts', () => {
	const group = { state: 'open' as const, open: 1, acknowledged: 0, escalated: 0, alerts: 3 };
	expect(fitting(group)).toEqual(['acknowledge', 'claim', 'assign', 'escalate', 'resolve', 'reopen']);
	expect(fitting({ ...group, state: 'resolved', open: 0 })).toEqual(['reopen']);
});

it('says what was done', () => {
	const action: Action = {
		id: '1',
		time: '',
		who: 'ann',
		verb: 'resolve',
		verdict: 'false-positive',
		alerts: 82,
	};
	expect(doneWords(action)).toBe('82 alerts resolved: false positive');
	expect(doneWords({ ...action, verb: 'assign', owner: 'bob', alerts: 1 })).toBe('1 alert given to bob');
});
