import { api, ask, type GroupFacet, type Problem, type Result } from '$lib/api';
import { severities } from '$lib/alerts/words';
import { Loaded } from '$lib/loaded.svelte';
import type { List } from './columns.svelte';

export type FacetField =
	'severity' | 'state' | 'owner' | 'client' | 'engine' | 'rule' | 'source' | 'destination';

/** A value to click, and how many have it; -1 where it is not counted. */
export interface FacetValue {
	value: string;
	label: string;
	/** The part of a query that chooses it. */
	query: string;
	count: number;
}

export interface FacetLists {
	fields: { field: FacetField; values: FacetValue[] }[];
	complete: boolean;
}

const states = ['open', 'acknowledged', 'escalated', 'resolved'];
const owners = [
	{ value: 'nobody', query: 'is:unclaimed' },
	{ value: 'me', query: 'is:mine' },
	{ value: 'others', query: 'has:owner -is:mine' },
];
export const ownerQueries: readonly string[] = owners.map((one) => one.query);

const every = 5000; // ms
const calm = 300; // ms

/** What the lists may be narrowed by. */
export class FacetsOf {
	#loaded: Loaded<FacetLists>;

	constructor(list: () => List, query: () => string) {
		this.#loaded = new Loaded(() => (list() === 'groups' ? ofGroups(query()) : ofAlerts(query())));
	}

	get lists(): FacetLists | undefined {
		return this.#loaded.data;
	}
	get loading(): boolean {
		return this.#loaded.loading;
	}
	get problem(): Problem | undefined {
		return this.#loaded.problem;
	}

	load(): Promise<void> {
		return this.#loaded.load();
	}

	/**
	 * Counts now, and again when the rows have changed meanwhile. Returns its own stop. What was
	 * counted before waits a moment: whoever works by keys does many things in a row.
	 */
	follow(rows: () => unknown): () => void {
		let counted = rows();
		const first = setTimeout(() => void this.load(), this.lists ? calm : 0);
		const timer = setInterval(() => {
			if (document.hidden || this.loading || rows() === counted) return;
			counted = rows();
			void this.load();
		}, every);
		return () => {
			clearTimeout(first);
			clearInterval(timer);
		};
	}
}

async function ofGroups(query: string): Promise<Result<FacetLists>> {
	const { data, problem, response } = await ask(
		api.GET('/api/v1/groups/facets', { params: { query: { query } } }),
	);
	if (!data) return { data: undefined, problem, response };
	const values = (facets: GroupFacet[]): FacetValue[] =>
		facets.map((facet) => ({ ...facet, label: facet.label ?? '' }));
	const lists: FacetLists = {
		complete: data.complete,
		fields: [
			{ field: 'severity', values: all(severities, values(data.severities), 'severity:') },
			{ field: 'state', values: all(states, values(data.states), 'is:') },
			{ field: 'client', values: values(data.clients) },
			{ field: 'engine', values: values(data.engines) },
			{ field: 'owner', values: values(data.owners) },
			{ field: 'rule', values: values(data.rules) },
			{ field: 'source', values: values(data.sources) },
			{ field: 'destination', values: values(data.destinations) },
		],
	};
	return { data: lists, problem: undefined, response };
}

/** Every value of a field that has few, also those that none has now. */
function all(words: readonly string[], known: FacetValue[], prefix: string): FacetValue[] {
	return words
		.map(
			(value) =>
				known.find((one) => one.value === value) ?? { value, label: '', query: prefix + value, count: 0 },
		)
		.filter((facet) => facet.value !== 'unknown' || facet.count > 0);
}

/** Of single alerts the core counts what is frequent; the rest can be chosen, uncounted. */
async function ofAlerts(query: string): Promise<Result<FacetLists>> {
	const { data, problem, response } = await ask(
		api.GET('/api/v1/alerts/facets', { params: { query: { query } } }),
	);
	if (!data) return { data: undefined, problem, response };
	const values = (facets: { value: string; label?: string; count: number }[], field: string): FacetValue[] =>
		facets.map(({ value, label = '', count }) => ({
			value,
			label,
			count,
			query: `${field}:${quoted(value)}`,
		}));
	const bare = (words: readonly string[], field: string): FacetValue[] =>
		words.map((value) => ({ value, label: '', query: `${field}:${value}`, count: -1 }));
	const lists: FacetLists = {
		complete: data.complete,
		fields: [
			{ field: 'severity', values: bare(severities.slice(0, 5), 'severity') },
			{ field: 'state', values: bare(states, 'is') },
			{ field: 'client', values: values(data.clients, 'client') },
			{ field: 'engine', values: bare(['suricata', 'wazuh', 'socme'], 'engine') },
			{ field: 'owner', values: owners.map((one) => ({ ...one, label: '', count: -1 })) },
			{ field: 'rule', values: values(data.rules, 'rule') },
			{ field: 'source', values: values(data.sources, 'src') },
			{ field: 'destination', values: values(data.destinations, 'dst') },
		],
	};
	return { data: lists, problem: undefined, response };
}

function quoted(value: string): string {
	return /^[\w.:/-]+$/.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
}
