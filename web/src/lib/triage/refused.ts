import type { Problem } from '$lib/api';
import { ticking } from '$lib/clock.svelte';
import { age } from '$lib/time';
import { t } from './triage.words';

/** Why the core refused a step, short enough for a row: "Taken by Théo 2 min ago". */
export function refusedWords(problem: Problem): string {
	const fact = problem.refusal;
	if (!fact) return problem.message;
	const { last, owner, state } = fact;
	const when = last ? t.refused.ago(age(Date.parse(last.time), ticking.now)) : '';
	if (owner) return t.refused.taken(owner, when);
	if (state === 'open' || !last) return problem.message;
	return t.refused[state](last.who, when);
}
