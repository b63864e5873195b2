import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Matches, Problem } from '$lib/api';
import type { AlertFeed } from '$lib/alerts/alert-feed.svelte';
import { ActionKeys } from '$lib/triage/action-keys.svelte';
import { verbWord, verdictWord, type Verb, type Verdict } from '$lib/triage/steps';
import { triage, type Outcome, type Target } from '$lib/triage/triage.svelte';
import type { GroupFeed } from './group-feed.svelte';
import { isGroup, type Row } from './line';
import { refusedWords } from '$lib/triage/refused';
import { Selection } from './selection.svelte';

/** A step on all that the filter finds, before it is confirmed. */
export interface Plan {
	verb: Verb;
	verdict: Verdict | undefined;
	/** What it is called: "Resolve, false positive". */
	words: string;
	/** How many it would change; undefined while they are counted. */
	matches: Matches | undefined;
	problem: Problem | undefined;
}

interface Page {
	feed(): AlertFeed | GroupFeed;
	/** The query of the list. */
	query(): string;
	/** The row under the cursor. */
	row(): Row | undefined;
	/** Goes on to the next row that is not resolved. */
	next(): void;
}

const noteFor = 8000; // ms; how long a row says why it was left as it was

/** Triage in a list: on the row under the cursor, on those selected, or on the whole filter. */
export class Inbox {
	readonly selection = new Selection();
	readonly keys: ActionKeys;
	/** Rows whose step is on its way. */
	readonly busy = new SvelteSet<string>();
	/** Why rows were left as they were. */
	readonly notes = new SvelteMap<string, string>();
	#plan = $state.raw<Plan>();
	#last: readonly string[] = []; // what the last step was about; empty for a whole filter
	#page: Page;

	constructor(page: Page) {
		this.#page = page;
		this.keys = new ActionKeys({
			refusal: (verb) => this.refusal(verb),
			act: (verb, verdict) => void this.act(verb, verdict),
			undo: () => void this.undo(),
			refused: (why) => this.#refuse(why),
		});
	}

	/** The step on the whole filter that waits for a yes. */
	get plan(): Plan | undefined {
		return this.#plan;
	}
	/** The rows that a step is about: those selected, or that under the cursor. */
	get targets(): Row[] {
		const { ids, all, some } = this.selection;
		const row = this.#page.row();
		if (!some) return row ? [row] : [];
		return all ? [] : (this.#page.feed().rows as readonly Row[]).filter((one) => ids.has(one.id));
	}

	/** Why a step does not fit; empty when it does. Of several it must fit one. */
	refusal(verb: Verb): string {
		if (this.selection.all) return triage.may ? '' : triage.refusal(verb, { state: 'open' });
		const whys = this.targets.map((row) => triage.refusal(verb, row));
		return whys.includes('') ? '' : (whys[0] ?? ' ');
	}

	/** Takes a step. On the whole filter it first asks how many that would be. */
	async act(verb: Verb, verdict?: Verdict): Promise<void> {
		if (this.selection.all) return this.#propose(verb, verdict);
		const rows = this.targets.filter((row) => triage.refusal(verb, row) === '');
		const ids = rows.map((row) => row.id);
		const single = !this.selection.some;
		for (const id of ids) {
			this.busy.add(id);
			this.notes.delete(id);
		}
		const outcome = await triage.act(targetOf(rows), { verb, verdict });
		this.#last = ids;
		if (single && verb === 'resolve' && outcome.problems.length === 0) this.#page.next();
		// A refusal, too, is news: somebody was faster.
		await this.#refresh(ids);
		for (const id of ids) this.busy.delete(id);
		const refused = this.#tell(outcome, ids);
		if (!single) this.selection.set(refused.map((id) => ({ id })));
	}

	/** Asks for the verdict of resolve, or no longer. What was proposed is given up. */
	choose(): void {
		this.#plan = undefined;
		if (this.keys.choosing) this.keys.cancel();
		else this.keys.choose();
	}

	/** Takes the step that was proposed. */
	async confirm(): Promise<void> {
		const plan = this.#plan;
		if (!plan?.matches || plan.matches.alerts === 0) return;
		this.#plan = undefined;
		this.selection.clear();
		const { verb, verdict, matches } = plan;
		this.#last = [];
		const target = { query: this.#page.query(), groups: this.#groups, asOf: matches.as_of };
		await triage.act(target, { verb, verdict });
		await this.#page.feed().takeIn();
	}

	/** Gives up what was proposed, chosen or asked for; false if there was nothing. */
	cancel(): boolean {
		const there = this.#plan !== undefined || this.keys.choosing || this.selection.some;
		if (this.#plan) this.#plan = undefined;
		else if (this.keys.choosing) this.keys.cancel();
		else this.selection.clear();
		return there;
	}

	/** Takes back the last step. */
	async undo(): Promise<void> {
		if (!triage.done) return;
		await triage.undo();
		await this.undone();
	}

	/** The last step was taken back: reads again what it was about. */
	async undone(): Promise<void> {
		if (this.#last.length > 0) await this.#refresh(this.#last);
		else await this.#page.feed().takeIn();
	}

	/** Something was done to a row elsewhere: in the sheet. */
	async acted(id: string): Promise<void> {
		this.#last = [id];
		await this.#refresh(this.#last);
	}

	get #groups(): boolean {
		const first = this.#page.feed().rows[0];
		return first !== undefined && isGroup(first);
	}

	/** Groups are read again; of alerts the stream tells. */
	async #refresh(ids: readonly string[]): Promise<void> {
		const feed = this.#page.feed();
		if ('refresh' in feed) await feed.refresh(ids);
	}

	async #propose(verb: Verb, verdict: Verdict | undefined): Promise<void> {
		const words = verdict ? `${verbWord(verb)}, ${verdictWord(verdict).toLowerCase()}` : verbWord(verb);
		const plan: Plan = { verb, verdict, words, matches: undefined, problem: undefined };
		this.#plan = plan;
		this.keys.cancel();
		const { data, problem } = await triage.preview(this.#page.query(), verb, this.#groups);
		if (this.#plan === plan) this.#plan = { ...plan, matches: data, problem };
	}

	/** Says in the rows why they were left as they were, and gives their ids. */
	#tell(outcome: Outcome, ids: readonly string[]): string[] {
		const refused = outcome.problems.map(({ at, problem }) => {
			const id = ids[at] ?? '';
			this.#note(id, refusedWords(problem));
			return id;
		});
		if (refused.length > 0) triage.heard();
		return refused;
	}

	#refuse(why: string): void {
		const [row] = this.targets;
		if (row && why.trim()) this.#note(row.id, why);
	}

	#note(id: string, why: string): void {
		this.notes.set(id, why);
		setTimeout(() => {
			if (this.notes.get(id) === why) this.notes.delete(id);
		}, noteFor);
	}
}

function targetOf(rows: readonly Row[]): Target {
	const groups = rows.filter(isGroup).map(({ id, asOf }) => ({ id, asOf }));
	return groups.length > 0 ? { groups } : { alerts: rows.map((row) => row.id) };
}
