import { api, ask, type Action, type Doing, type Matches, type Problem, type Result } from '$lib/api';
import { session } from '$lib/session/session.svelte';
import { refusal, type Subject, type Verb } from './steps';
import { t } from './triage.words';

/** How long a step can be taken back, in ms: the core's soc.UndoFor. */
export const undoFor = 30_000;

/**
 * What a step is taken on. `asOf` comes from a list, a group or a preview: alerts that came
 * since it was shown are left alone.
 */
export type Target =
	| { alert: string }
	| { alerts: readonly string[] }
	| { group: string; asOf?: number }
	| { groups: readonly { id: string; asOf?: number }[] }
	| { query: string; groups?: boolean; asOf?: number };

/** What came of a step: what was done, and the words of the core for what was not. */
export interface Outcome {
	actions: Action[];
	/** How many alerts changed. */
	alerts: number;
	/** Why something was left as it was; of several the first. A 409 says who was faster. */
	problem: Problem | undefined;
	/** How many of several were left. */
	left: number;
	/** Which of several, by their place among the targets, and why. */
	problems: { at: number; problem: Problem }[];
}

/** A step that can be taken back until its time is over. */
export interface Done {
	actions: Action[];
	/** The sum of all: what it says is said once. */
	action: Action;
	/** Until when, in ms since 1970. */
	until: number;
}

/** So many of several are sent at once: the core takes them one after the other. */
const atOnce = 4;

/** The one place that takes steps on alerts, and takes them back. */
export class Triage {
	#busy = $state(0);
	#done = $state.raw<Done>();
	#undone = $state.raw<Action>();
	#problem = $state.raw<Problem>();
	#count = $state(0);
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** A step is on its way. */
	get busy(): boolean {
		return this.#busy > 0;
	}
	/** The last step, while it can be taken back. */
	get done(): Done | undefined {
		return this.#done;
	}
	/** What was taken back last, until something else is done or it was read. */
	get undone(): Action | undefined {
		return this.#undone;
	}
	/** Why the last step was refused, until the next one or `dismiss`. */
	get problem(): Problem | undefined {
		return this.#problem;
	}
	/** Rises with every step that changed something here: what is shown is old. */
	get count(): number {
		return this.#count;
	}
	/** Whether who is signed in may act at all. */
	get may(): boolean {
		return session.user !== undefined && session.user.role !== 'viewer';
	}

	/** Why a step does not fit, in words; empty when it fits. */
	refusal(verb: Verb, subject: Subject): string {
		return this.may ? refusal(verb, subject, session.user?.name ?? '') : t.looking;
	}

	/** Takes a step. It never throws; what was done can be undone for 30 s. */
	async act(target: Target, doing: Doing): Promise<Outcome> {
		this.#busy++;
		this.#problem = undefined;
		const results = await all(calls(target, doing));
		this.#busy--;
		const actions = results.flatMap(({ data }) => (data ? [data] : []));
		const alerts = actions.reduce((sum, action) => sum + action.alerts, 0);
		const problems = results.flatMap(({ problem }, at) => (problem ? [{ at, problem }] : []));
		if (actions.length > 0) this.#count++;
		const [first] = actions;
		if (first && doing.verb !== 'comment') this.#offer({ ...first, alerts }, actions);
		this.#problem = problems[0]?.problem;
		return { actions, alerts, problem: this.#problem, left: problems.length, problems };
	}

	/** How many alerts a step on a whole query would change, and as of when. */
	preview(query: string, verb: Verb, groups = false): Promise<Result<Matches>> {
		return ask(api.POST('/api/v1/actions/preview', { body: { query, verb, groups } }));
	}

	/** Takes back the last step. Gives what was given back, or why not. */
	async undo(): Promise<Outcome> {
		const actions = this.#done?.actions ?? [];
		this.dismiss();
		this.#busy++;
		const undo = (id: string) => () =>
			ask(api.POST('/api/v1/actions/{id}/undo', { params: { path: { id } } }));
		const results = await all([...actions].reverse().map(({ id }) => undo(id)));
		this.#busy--;
		const back = results.flatMap(({ data }) => (data ? [data] : []));
		const alerts = back.reduce((sum, action) => sum + action.alerts, 0);
		if (back.length > 0) this.#count++;
		const problems = results.flatMap(({ problem }, at) => (problem ? [{ at, problem }] : []));
		const problem = problems[0]?.problem;
		this.#problem = problem;
		if (back[0]) this.#say({ ...back[0], alerts });
		return { actions: back, alerts, problem, left: problems.length, problems };
	}

	/** Says why a step was not even tried. */
	refuse(message: string): void {
		this.#problem = { status: 409, message, request: '', location: '', errors: [] };
	}

	/** The refusal has been said elsewhere: in the row that it is about. */
	heard(): void {
		this.#problem = undefined;
	}

	/** What was said has been read. */
	dismiss(): void {
		clearTimeout(this.#timer);
		this.#done = undefined;
		this.#undone = undefined;
		this.#problem = undefined;
	}

	#offer(action: Action, actions: Action[]): void {
		clearTimeout(this.#timer);
		this.#undone = undefined;
		this.#done = { action, actions, until: Date.now() + undoFor };
		this.#timer = setTimeout(() => (this.#done = undefined), undoFor);
	}

	#say(action: Action): void {
		this.#undone = action;
		this.#timer = setTimeout(() => (this.#undone = undefined), 4000);
	}
}

type Call = () => Promise<Result<Action>>;

/** The calls that a step on a target takes. */
function calls(target: Target, doing: Doing): Call[] {
	const onAlert = (id: string) => () =>
		ask(api.POST('/api/v1/alerts/{id}/actions', { params: { path: { id } }, body: doing }));
	const onGroup = (id: string, as_of?: number) => () =>
		ask(api.POST('/api/v1/groups/{id}/actions', { params: { path: { id } }, body: { ...doing, as_of } }));
	if ('alert' in target) return [onAlert(target.alert)];
	if ('alerts' in target) return target.alerts.map(onAlert);
	if ('group' in target) return [onGroup(target.group, target.asOf)];
	if ('query' in target) {
		const { query, groups, asOf } = target;
		return [() => ask(api.POST('/api/v1/actions', { body: { ...doing, query, groups, as_of: asOf } }))];
	}
	return target.groups.map(({ id, asOf }) => onGroup(id, asOf));
}

/** Waits for all, a few at once; answers in the order of the calls. */
async function all(todo: Call[]): Promise<Result<Action>[]> {
	const results: Result<Action>[] = [];
	for (let i = 0; i < todo.length; i += atOnce)
		results.push(...(await Promise.all(todo.slice(i, i + atOnce).map((call) => call()))));
	return results;
}

export const triage = new Triage();
