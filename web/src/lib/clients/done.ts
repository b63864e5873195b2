import { api, ask, type Action, type Group, type Result } from '$lib/api';
import { ofClient } from './query';

/** Something that was done about a group of a client. */
export interface Deed {
	group: Group;
	/** The newest step that moved it; undefined where it is not known. */
	step: Action | undefined;
}

/** How many are told of: each needs its timeline. */
const most = 6;

const steps = new Set<Action['verb']>(['acknowledge', 'escalate', 'resolve', 'reopen', 'claim', 'assign']);

/** What was done lately for a client, the newest alert first. */
export async function done(name: string): Promise<Result<Deed[]>> {
	const query = `${ofClient(name)} -is:open`;
	const groups = await ask(api.GET('/api/v1/groups', { params: { query: { query, limit: most } } }));
	if (groups.problem) return groups;
	const data = await Promise.all(
		groups.data.items.map(async (group) => {
			const { data } = await ask(
				api.GET('/api/v1/groups/{id}/timeline', { params: { path: { id: group.id } } }),
			);
			return { group, step: data?.items.find((step) => steps.has(step.verb) && !step.undone) };
		}),
	);
	return { data, problem: undefined, response: groups.response };
}
