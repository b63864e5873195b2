import type { User } from '$lib/api';

/** What is about to be done to a user, and waits for more. */
export interface Asked {
	what: 'edit' | 'disable' | 'factor' | 'delete';
	user: User;
}
