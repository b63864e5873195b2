import { untrack } from 'svelte';
import type { Problem } from '$lib/api';
import type { State, Subject } from './steps';
import { triage, type Target } from './triage.svelte';

/** What is known of an alert or a group that is shown whole. */
export interface Facts {
	readonly detail: { readonly data: unknown; readonly problem: Problem | undefined; load(): Promise<void> };
	/** Reads everything, and then what changes until the returned function is called. */
	follow(): () => void;
	/** Reads again what a step changes. */
	refresh(): Promise<void>;
}

/** What steps are taken on, as soon as it is known. */
export type Head = Subject & { state: State; client_id: string };

/** What is said where there is no such thing, and where it could not be read. */
export interface Words {
	none: string;
	failed: string;
}

/** What the sheet and the page of an alert or a group need alike. */
export interface SubjectProps {
	/** What is in it, for readers that do not see. */
	label: string;
	facts: Facts;
	/** Undefined until it is known. */
	head: Head | undefined;
	target: Target;
	/** What the facts are read again for, beside what was done here. */
	news?: unknown;
	words: Words;
}

/** Follows the facts while the component is there; what was done here, or `news`, refreshes them. */
export function followFacts(facts: Facts, news: () => unknown): void {
	$effect(() => facts.follow());
	$effect(() => {
		void [triage.count, news()];
		untrack(() => {
			if (facts.detail.data) void facts.refresh();
		});
	});
}
