import { api, ask, type Problem, type View, type ViewChange } from '$lib/api';
import { Loaded } from '$lib/loaded.svelte';

/**
 * The saved views: queries under a name, one's own and those that others share. The frame
 * follows them from every sign-in on; so whoever shows them sees every change that is made.
 */
export class Views {
	#loaded = new Loaded(() => ask(api.GET('/api/v1/views')));

	/** By name; undefined until they are known. */
	get all(): View[] | undefined {
		return this.#loaded.data?.items;
	}
	get own(): View[] {
		return this.all?.filter((view) => view.own) ?? [];
	}
	/** Those of others. */
	get shared(): View[] {
		return this.all?.filter((view) => !view.own) ?? [];
	}
	/** The one that the person begins with. */
	get standard(): View | undefined {
		return this.all?.find((view) => view.standard);
	}
	/** Why they are not known. */
	get problem(): Problem | undefined {
		return this.#loaded.problem;
	}

	/** The view whose query this is. */
	of(query: string): View | undefined {
		return this.all?.find((view) => view.query === query);
	}

	load(): Promise<void> {
		return this.#loaded.load();
	}

	/** Waits until they are known, or why not. */
	known(): Promise<void> {
		return this.#loaded.known();
	}

	/** Reads them now and again every five minutes: others share theirs. Returns its own stop. */
	follow(): () => void {
		return this.#loaded.follow(300_000);
	}

	async add(view: ViewChange): Promise<Problem | undefined> {
		const { problem } = await ask(api.POST('/api/v1/views', { body: view }));
		if (!problem) await this.load();
		return problem;
	}

	/** Changes some of one's own view; the rest stays as it is. */
	async change(view: View, to: Partial<ViewChange>): Promise<Problem | undefined> {
		const { name, query, shared, standard } = view;
		const { problem } = await ask(
			api.PUT('/api/v1/views/{id}', {
				params: { path: { id: view.id } },
				body: { name, query, shared, standard, ...to },
			}),
		);
		if (!problem) await this.load();
		return problem;
	}

	async remove(view: View): Promise<Problem | undefined> {
		const { problem } = await ask(api.DELETE('/api/v1/views/{id}', { params: { path: { id: view.id } } }));
		if (!problem || problem.status === 404) await this.load();
		return problem?.status === 404 ? undefined : problem;
	}
}

/** The address of a view's list. */
export function viewPath(view: Pick<View, 'query'>): string {
	return `/alerts?${new URLSearchParams({ query: view.query })}`;
}

export const views = new Views();
