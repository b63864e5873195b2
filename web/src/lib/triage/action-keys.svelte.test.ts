import { beforeEach, expect, it, vi } from 'vitest';
import { ActionKeys } from './action-keys.svelte';
import { refusal, type State } from './steps';

vi.stubGlobal('HTMLElement', class {});

let state: State;
let did: string[];
let keys: ActionKeys;
const press = (...pressed: string[]) =>
	pressed.map((key) => keys.press({ key, preventDefault() {} } as KeyboardEvent));

beforeEach(() => {
	state = 'open';
	did = [];
	keys = new ActionKeys({
		refusal: (verb) => refusal(verb, { state }, 'ann'),
		act: (verb, verdict) => did.push([verb, verdict].filter(Boolean).join(' ')),
		comment: () => did.push('comment'),
		undo: () => did.push('undo'),
		refused: (why) => did.push(why),
	});
});

it('one key is one step', () => {
	expect(press('a', 'c', 'e', 'm', 'u', 'j')).toEqual([true, true, true, true, true, false]);
	expect(did).toEqual(['acknowledge', 'claim', 'escalate', 'comment', 'undo']);
});
it('a verdict is two keys', () => {
	press('r');
	expect(keys.choosing).toBe(true);
	press('f');
	expect(did).toEqual(['resolve false-positive']);
	expect(keys.choosing).toBe(false);
});
it('a letter of a verdict is none without r', () => expect(press('t', 'f', 'b', 'x')).not.toContain(true));
it('Escape gives up, and any other key means what it always does', () => {
	expect(press('r', 'Escape', 't', 'r', 'a', 't')).toEqual([true, true, false, true, true, false]);
	expect(did).toEqual(['acknowledge']);
});
it('says why a key does nothing', () => {
	state = 'resolved';
	press('r', 'a');
	expect(did).toEqual(['It is resolved already', 'It is resolved already']);
	expect(keys.choosing).toBe(false);
});
