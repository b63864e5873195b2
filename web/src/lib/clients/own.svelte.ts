import { session } from '$lib/session/session.svelte';

/** A client's own people are viewers of that client alone: they see it, and nothing of ours. */
export const own = {
	get client(): { id: string; name: string } | undefined {
		const user = session.user;
		if (user?.role !== 'viewer' || user.all_clients || user.clients.length !== 1) return undefined;
		return user.clients[0];
	},
};
