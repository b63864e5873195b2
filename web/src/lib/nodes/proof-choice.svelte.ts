import { t } from './proof.words';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** The times that a proof may be of. */
export const spans = [
	{ id: 'day', ms: day },
	{ id: 'week', ms: 7 * day },
	{ id: 'month', ms: 30 * day },
	{ id: 'other', ms: 0 },
] as const;

export type Span = (typeof spans)[number]['id'];

/** Which time of a node is to be proven, and where the file is. */
export class ProofChoice {
	span = $state<Span>('day');
	/** As the input has it, in the reader's zone: "2026-10-13T14:30". */
	from = $state('');
	/** As from; empty for now. */
	until = $state('');
	/** With the sensors' own lines. */
	raw = $state(false);

	/** Why there is no file for the choice; empty when there is one. */
	problem(now: number): string {
		if (this.span !== 'other') return '';
		const from = Date.parse(this.from);
		const until = this.until ? Date.parse(this.until) : now;
		if (Number.isNaN(from)) return t.noStart;
		if (Number.isNaN(until)) return t.noEnd;
		return from < until ? '' : t.turned;
	}

	/** Where the file of a node is; undefined while the choice has a problem. */
	href(node: string, now: number): string | undefined {
		if (this.problem(now) !== '') return undefined;
		const chosen = spans.find((span) => span.id === this.span);
		// Whole minutes: the address does not change with every tick of the clock.
		const from = chosen?.ms ? Math.floor(now / 60_000) * 60_000 - chosen.ms : Date.parse(this.from);
		const query = new URLSearchParams({ from: new Date(from).toISOString() });
		if (this.span === 'other' && this.until) query.set('until', new Date(this.until).toISOString());
		if (this.raw) query.set('raw', 'true');
		return `/api/v1/nodes/${encodeURIComponent(node)}/proof?${query}`;
	}
}
