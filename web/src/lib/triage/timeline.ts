import type { Action } from '$lib/api';
import { verdictWord } from './steps';
import { t } from './triage.words';

/** One line of a timeline. */
export interface Entry {
	id: string;
	time: string;
	/** What happened, in words. */
	title: string;
	/** Said after it, more quietly. */
	note: string;
	/** What somebody wrote. */
	text: string;
	mentions: string[];
	/** It was taken back. */
	undone: boolean;
	/** Somebody did it, not a machine. */
	person: boolean;
}

/** What somebody did, in a line: `me` is who reads. */
function ofAction(action: Action, me: string): Entry {
	const { verb, verdict, owner = '', text = '', tag = '', alerts } = action;
	const who = action.who === me ? t.you : action.who;
	const self = action.who === me;
	const title =
		verb === 'resolve'
			? t.line.resolve(who, self, verdict ? verdictWord(verdict).toLowerCase() : '')
			: verb === 'assign'
				? t.line.assign(who, self, owner === me ? t.toYou : owner)
				: t.line[verb](who, self);
	const notes = [
		action.undone ? t.takenBack : '',
		action.internal ? t.internal : '',
		action.group && verb !== 'comment' ? t.onGroup(alerts) : '',
		action.query ? t.onQuery(alerts, action.query) : '',
	];
	return {
		id: action.id,
		time: action.time,
		title,
		note: notes.filter(Boolean).join(', '),
		text: verb === 'undo' ? '' : tag || text,
		mentions: action.mentions ?? [],
		undone: action.undone ?? false,
		person: true,
	};
}

/** What people and machines did, the newest first. */
export function entries(actions: readonly Action[], me: string, machines: readonly Entry[]): Entry[] {
	const all = [...actions.map((action) => ofAction(action, me)), ...machines];
	return all.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

/** A text cut where it mentions one of the names: "ask ", "@bob", " first". */
export function pieces(text: string, names: readonly string[]): { text: string; mention: boolean }[] {
	if (names.length === 0) return [{ text, mention: false }];
	const longest = [...names].sort((a, b) => b.length - a.length);
	const any = longest.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
	return text
		.split(new RegExp(`(@(?:${any})(?![\\p{L}\\p{N}_]))`, 'iu'))
		.map((part, i) => ({ text: part, mention: i % 2 === 1 }))
		.filter((part) => part.text !== '');
}
