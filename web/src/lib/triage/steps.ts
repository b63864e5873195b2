import type { Action, Alert, Doing, Group } from '$lib/api';
import { t } from './triage.words';

/** What people do to alerts that changes their state or owner. */
export type Verb = Exclude<Doing['verb'], 'comment'>;
export type State = Alert['state'];
export type Verdict = NonNullable<Doing['verdict']>;

/** What a step is taken on: an alert, or a group with how many of its alerts are in each state. */
export type Subject =
	| Pick<Alert, 'state' | 'owner'>
	| Pick<Group, 'state' | 'owner' | 'open' | 'acknowledged' | 'escalated' | 'alerts'>;

/** The verdicts in the order of their keys. */
export const verdicts: { verdict: Verdict; key: string }[] = [
	{ verdict: 'true-positive', key: 't' },
	{ verdict: 'false-positive', key: 'f' },
	{ verdict: 'benign', key: 'b' },
	{ verdict: 'expected', key: 'x' },
];

const unresolved: State[] = ['open', 'acknowledged', 'escalated'];

/** The states that a step may begin in: the core's table (soc/triage.go). */
const from: Record<Verb, State[]> = {
	acknowledge: ['open'],
	claim: unresolved,
	assign: unresolved,
	release: unresolved,
	escalate: ['open', 'acknowledged'],
	resolve: unresolved,
	reopen: ['resolved'],
	tag: [...unresolved, 'resolved'],
	untag: [...unresolved, 'resolved'],
};

/** The states that the subject's alerts are in: a group may have several. */
function statesOf(subject: Subject): State[] {
	if (!('alerts' in subject)) return [subject.state];
	const { open, acknowledged, escalated, alerts } = subject;
	const there = { open, acknowledged, escalated, resolved: alerts - open - acknowledged - escalated };
	return (['open', 'acknowledged', 'escalated', 'resolved'] as const).filter((state) => there[state] > 0);
}

/** Why a step does not fit, in words for a person; empty when it fits. `me` is who asks. */
export function refusal(verb: Verb, subject: Subject, me: string): string {
	if (!statesOf(subject).some((state) => from[verb].includes(state)))
		return verb === 'reopen' ? t.notYet : t.already[subject.state];
	const owner = subject.owner ?? '';
	if (verb === 'claim' && owner) return owner === me ? t.yours : t.taken(owner);
	if (verb === 'release' && !owner) return t.nobodys;
	return '';
}

/** The word of a step. */
export function verbWord(verb: Verb): string {
	return t.verb[verb];
}

/** The word of a verdict. */
export function verdictWord(verdict: Verdict): string {
	return t.verdict[verdict];
}

/** What was done, in words: "82 alerts resolved: false positive". */
export function doneWords(action: Action): string {
	const { verb, alerts, owner = '', verdict } = action;
	if (verb === 'undo') return t.undone(alerts);
	if (verb === 'comment') return '';
	return t.did[verb](alerts, owner, verdict ? verdictWord(verdict) : '');
}
