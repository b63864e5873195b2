import type { TapeCell } from '$lib/api';

/** What a cell of the tape shows; the worst that happened in its span. */
export type CellKind = 'quiet' | 'delivered' | 'repeated' | 'late' | 'dropped' | 'missing';

/** One span of time on the tape. */
export interface Cell {
	start: number;
	/** Length in ms. */
	size: number;
	kind: CellKind;
	delivered: number;
	repeated: number;
	late: number;
	dropped: number;
	missing: number;
}

export const quarter = 15 * 60 * 1000;
export const day = 24 * 60 * 60 * 1000;

/**
 * The last 24 hours as cells of equal length, oldest first; the last one holds now. The
 * API leaves empty quarters out, here they are quiet ones. Without a lane both count.
 */
export function cells(
	tape: readonly TapeCell[],
	now: number,
	size = quarter,
	lane?: TapeCell['lane'],
): Cell[] {
	const last = Math.floor(now / size) * size;
	const first = last - day + size;
	const out: Cell[] = [];
	for (let start = first; start <= last; start += size) {
		out.push({ start, size, kind: 'quiet', delivered: 0, repeated: 0, late: 0, dropped: 0, missing: 0 });
	}
	for (const part of tape) {
		if (lane && part.lane !== lane) continue;
		const cell = out[Math.floor((Date.parse(part.start_time) - first) / size)];
		if (!cell) continue;
		cell.delivered += part.delivered;
		cell.repeated += part.repeated;
		cell.late += part.late;
		cell.dropped += part.dropped;
		cell.missing += part.missing;
	}
	for (const cell of out) cell.kind = kindOf(cell);
	return out;
}

function kindOf(cell: Cell): CellKind {
	for (const kind of ['missing', 'dropped', 'late', 'repeated', 'delivered'] as const) {
		if (cell[kind] > 0) return kind;
	}
	return 'quiet';
}
