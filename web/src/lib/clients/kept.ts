import type { components } from '$lib/api.gen';
import { severities } from '$lib/alerts/words';

type Policy = components['schemas']['RetentionPolicy'];

/**
 * The policies that count for a client, the lowest severity first: its own go before those
 * of all clients, and one that a lower or its own severity covers already says nothing.
 */
export function policiesOf(policies: readonly Policy[], client: string): Policy[] {
	const rank = (policy: Policy) => severities.indexOf(policy.severity);
	const sorted = (of: string | undefined) =>
		policies.filter((policy) => policy.client === of).sort((a, b) => rank(b) - rank(a));
	const out: Policy[] = [];
	for (const policy of [...sorted(client), ...sorted(undefined)]) {
		const covered = out.some((known) => rank(known) <= rank(policy));
		if (!covered) out.push(policy);
	}
	return out;
}
