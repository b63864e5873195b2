import { session } from '$lib/session/session.svelte';

/** Who reads: what is shown depends on it. */
export const reader = {
	/**
	 * Somebody of a client, who looks at their own alerts alone: they are told in plain words,
	 * without numbers of rules and without queries.
	 */
	get plain(): boolean {
		const user = session.user;
		return user !== undefined && user.role === 'viewer' && !user.all_clients;
	},
};
