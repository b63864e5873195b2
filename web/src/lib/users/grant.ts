import type { User } from '$lib/api';

/** What somebody may do, and for whom, as it is chosen. */
export interface Grant {
	role: User['role'];
	all: boolean;
	/** Ids, where it is not all of them. */
	clients: string[];
}

/** The same as the API takes it. */
export function grantBody({ role, all, clients }: Grant) {
	return all ? { role, all_clients: true } : { role, all_clients: false, clients };
}

/** What is there already. */
export function grantOf(has: Pick<User, 'role' | 'all_clients' | 'clients'>): Grant {
	return { role: has.role, all: has.all_clients, clients: has.clients.map((client) => client.id) };
}
