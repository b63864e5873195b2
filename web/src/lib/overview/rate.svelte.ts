import { api, ask, type Facets, type Histogram } from '$lib/api';
import { Loaded } from '$lib/loaded.svelte';
import { periodOf, type Choice, type Period } from './span';

export interface Rate {
	choice: Choice;
	period: Period;
	histogram: Histogram;
}

/** The alert rate over the span that is chosen when it is read. */
export function rateOf(choice: () => Choice): Loaded<Rate> {
	return new Loaded(async () => {
		const asked = choice();
		const period = periodOf(asked, Date.now());
		const result = await ask(
			api.GET('/api/v1/alerts/histogram', {
				params: { query: { ...instants(period), seconds: period.bucket } },
			}),
		);
		if (result.problem) return result;
		return { ...result, data: { choice: asked, period, histogram: result.data } };
	});
}

export interface Top {
	choice: Choice;
	facets: Facets;
}

/** What is most frequent over the span that is chosen when it is read. */
export function topOf(choice: () => Choice): Loaded<Top> {
	return new Loaded(async () => {
		const asked = choice();
		const result = await ask(
			api.GET('/api/v1/alerts/facets', { params: { query: instants(periodOf(asked, Date.now())) } }),
		);
		return result.problem ? result : { ...result, data: { choice: asked, facets: result.data } };
	});
}

function instants({ span }: Period) {
	return { from: new Date(span.from).toISOString(), until: new Date(span.until).toISOString() };
}
