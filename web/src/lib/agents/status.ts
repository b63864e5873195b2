import type { Agent, AgentCounts } from '$lib/api';

export type AgentStatus = Agent['status'];

/** What needs somebody first. */
export const statuses: AgentStatus[] = ['disconnected', 'pending', 'never_connected', 'active'];

/** How many agents there are, whatever they are. */
export function total(counts: AgentCounts): number {
	return statuses.reduce((all, status) => all + counts[status], 0);
}

/** A status as an address has it; null for anything else. */
export function statusOf(text: string | null): AgentStatus | null {
	return statuses.find((status) => status === text) ?? null;
}

/** The list of agents, of a status. */
export function agentsHref(status: AgentStatus): string {
	return `/agents?${new URLSearchParams({ status })}`;
}
