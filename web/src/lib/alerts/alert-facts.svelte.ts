import { api, ask, type Action, type Alert, type AlertDetail, type Sighting, type Similar } from '$lib/api';
import { Loaded } from '$lib/loaded.svelte';

/** How often it is asked whether somebody did something, in ms. */
const every = 4000;

type List<T> = { items: T[] };

/**
 * All that is known of an alert. What others do to it is shown within seconds: the timeline
 * is asked again and again while the page is seen, and when it has grown all else is, too.
 */
export class AlertFacts {
	readonly detail: Loaded<AlertDetail>;
	readonly timeline: Loaded<List<Action>>;
	readonly similar: Loaded<Similar>;
	/** The alerts of the same rule that were resolved last. */
	readonly past: Loaded<List<Alert>>;
	readonly sightings: Loaded<List<Sighting>>;
	/** When it was opened here, in ms since 1970. */
	readonly opened = Date.now();
	#known = '';

	constructor(id: string) {
		const params = { path: { id } };
		this.detail = new Loaded(() => ask(api.GET('/api/v1/alerts/{id}', { params })));
		this.timeline = new Loaded(() => ask(api.GET('/api/v1/alerts/{id}/timeline', { params })));
		this.similar = new Loaded(() => ask(api.GET('/api/v1/alerts/{id}/similar', { params })));
		this.sightings = new Loaded(() => ask(api.GET('/api/v1/alerts/{id}/sightings', { params })));
		this.past = new Loaded(() =>
			ask(api.GET('/api/v1/alerts', { params: { query: { query: this.#pastQuery(), limit: 20 } } })),
		);
	}

	/** Reads everything, and then what changes until the returned function is called. */
	follow(): () => void {
		void this.detail.load();
		void this.timeline.load();
		void this.similar.load();
		const timer = setInterval(() => {
			if (!document.hidden) void this.#look();
		}, every);
		return () => clearInterval(timer);
	}

	/** Something was done: reads again what it changes. */
	async refresh(): Promise<void> {
		await Promise.all([this.detail.load(), this.timeline.load(), this.similar.load()]);
		this.#known = this.#newest();
	}

	async #look(): Promise<void> {
		const before = this.#known || this.#newest();
		await this.timeline.load();
		this.#known = this.#newest();
		if (this.#known === before) return;
		await Promise.all([this.detail.load(), this.similar.load()]);
	}

	#newest(): string {
		const actions = this.timeline.data?.items ?? [];
		return `${actions.length} ${actions[0]?.id ?? ''} ${actions.filter((action) => action.undone).length}`;
	}

	#pastQuery(): string {
		const rule = this.detail.data?.rule;
		return rule ? pastQuery(rule) : '';
	}
}

/** Finds the alerts of the same rule that somebody has resolved with a verdict. */
export function pastQuery(rule: Alert['rule']): string {
	return `rule="${rule.id.replaceAll('"', '""')}" engine:${rule.engine} has:verdict`;
}
