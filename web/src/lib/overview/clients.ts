import type { ClientOverview, Severity } from '$lib/api';
import type { Cell } from '$lib/nodes/tape';
import { carded } from './figures';

/** Open groups of a severity. */
export interface Open {
	severity: Severity;
	groups: number;
}

/** What is open at a client, the worst first; the three worst are enough for a line. */
export function openOf(client: ClientOverview): Open[] {
	return carded
		.map((severity) => ({ severity, groups: client.open_by_severity[severity] ?? 0 }))
		.filter(({ groups }) => groups > 0)
		.slice(0, 3);
}

/** The clients, those first where the worst is open, and then by name. */
export function byNeed(clients: readonly ClientOverview[]): ClientOverview[] {
	const need = (a: ClientOverview, b: ClientOverview) => {
		for (const severity of carded) {
			const more = (b.open_by_severity[severity] ?? 0) - (a.open_by_severity[severity] ?? 0);
			if (more !== 0) return more;
		}
		return 0;
	};
	return [...clients].sort((a, b) => need(a, b) || a.name.localeCompare(b.name));
}

const hour = 60 * 60 * 1000;

/** The tape of a client: the core tells the worst of each hour, and no numbers. */
export function cellsOf(client: ClientOverview, now: number): Pick<Cell, 'start' | 'size' | 'kind'>[] {
	const last = Math.floor(now / hour) * hour;
	return client.tape.map((kind, i) => ({
		start: last - (client.tape.length - 1 - i) * hour,
		size: hour,
		kind: kind === 'empty' ? 'quiet' : kind,
	}));
}
