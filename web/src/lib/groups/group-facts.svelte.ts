import { untrack } from 'svelte';
import { api, ask, type Action, type Alert, type GroupDetail, type Problem } from '$lib/api';
import { holds, merge, renew } from '$lib/alerts/merge';
import { Loaded } from '$lib/loaded.svelte';

const every = 4000; // ms between two looks at what others do
const page = 50;

/**
 * All that is known of a group, and its alerts page by page. It is asked again and again
 * while the page is seen; alerts that came meanwhile wait until they are taken in.
 */
export class GroupFacts {
	readonly detail: Loaded<GroupDetail>;
	readonly timeline: Loaded<{ items: Action[] }>;
	#id: string;
	#rows = $state.raw<readonly Alert[]>([]);
	#next = $state.raw<string | null>(null);
	#loading = $state(false);
	#loaded = $state(false);
	#problem = $state.raw<Problem>();
	#waiting = $state(0);
	#known = '';

	constructor(id: string) {
		this.#id = id;
		const params = { path: { id } };
		this.detail = new Loaded(() => ask(api.GET('/api/v1/groups/{id}', { params })));
		this.timeline = new Loaded(() => ask(api.GET('/api/v1/groups/{id}/timeline', { params })));
	}

	/** Its alerts, newest event first, as far as they were read. */
	get rows(): readonly Alert[] {
		return this.#rows;
	}
	/** The newest alert when it was opened: what fired is shown by it, and stays. */
	get newest(): Alert | undefined {
		return this.#rows[0];
	}
	get complete(): boolean {
		return this.#loaded && this.#next === null;
	}
	get loading(): boolean {
		return this.#loading;
	}
	get loaded(): boolean {
		return this.#loaded;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}
	/** How many alerts came since, and are not in the list. */
	get waiting(): number {
		return this.#waiting;
	}

	/** Reads everything, and then what changes until the returned function is called. */
	follow(): () => void {
		// What the first read looks at must not begin it again in the effect that follows.
		untrack(() => void this.#start());
		const timer = setInterval(() => {
			if (!document.hidden) void this.#look();
		}, every);
		return () => clearInterval(timer);
	}

	/** Something was done: reads again what it changes, and leaves every row in its place. */
	async refresh(): Promise<void> {
		await Promise.all([this.detail.load(), this.timeline.load()]);
		this.#known = this.#version();
		const { data } = await this.#page(undefined);
		if (!data) return;
		const known = holds(this.#rows);
		this.#rows = renew(this.#rows, data.items);
		this.#waiting = Math.max(this.#waiting, data.items.filter((alert) => !known(alert)).length);
	}

	/** Reads the next page. */
	async more(): Promise<void> {
		if (this.#loading || this.complete) return;
		this.#loading = true;
		this.#problem = undefined;
		const { data, problem } = await this.#page(this.#loaded ? (this.#next ?? undefined) : undefined);
		this.#loading = false;
		this.#problem = problem;
		if (!data) return;
		this.#rows = this.#loaded ? merge(this.#rows, data.items) : data.items;
		this.#next = data.next;
		this.#loaded = true;
	}

	/** Takes in what waits: the list begins anew with the newest. */
	async takeIn(): Promise<void> {
		this.#loaded = false;
		this.#waiting = 0;
		await this.more();
	}

	async #start(): Promise<void> {
		await Promise.all([this.detail.load(), this.timeline.load(), this.more()]);
		this.#known = this.#version();
	}

	async #look(): Promise<void> {
		const before = this.detail.data?.alerts ?? 0;
		await Promise.all([this.detail.load(), this.timeline.load()]);
		this.#waiting += Math.max(0, (this.detail.data?.alerts ?? 0) - before);
		if (this.#known === this.#version()) return;
		await this.refresh();
	}

	/** What changes when somebody does something, but not when an alert comes. */
	#version(): string {
		const actions = this.timeline.data?.items ?? [];
		return [actions.length, actions[0]?.id, actions.filter((action) => action.undone).length].join();
	}

	#page(cursor: string | undefined) {
		return ask(
			api.GET('/api/v1/groups/{id}/alerts', {
				params: { path: { id: this.#id }, query: { limit: page, cursor } },
			}),
		);
	}
}
