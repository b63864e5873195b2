/** What a column shows. */
export type ColumnKey =
	| 'select'
	| 'severity'
	| 'client'
	| 'name'
	| 'rule'
	| 'number'
	| 'source'
	| 'destination'
	| 'node'
	| 'alerts'
	| 'state'
	| 'owner'
	| 'first'
	| 'last';
export type List = 'groups' | 'alerts';

interface Column {
	key: ColumnKey;
	/** px; the rule takes what is left over, and at least this. */
	width: number;
	/** Where it may stand; everywhere if absent. */
	only?: List;
	/** People choose it; the others are always there. */
	choice?: true;
	/** Its figures are at the right. */
	right?: true;
}

/** All columns, in their order. */
const columns: readonly Column[] = [
	{ key: 'select', width: 16 },
	{ key: 'severity', width: 76 },
	{ key: 'client', width: 20 },
	{ key: 'name', width: 116, choice: true },
	{ key: 'rule', width: 180 },
	{ key: 'number', width: 72, choice: true },
	{ key: 'source', width: 138, choice: true },
	{ key: 'destination', width: 138, choice: true },
	{ key: 'node', width: 96, choice: true, only: 'alerts' },
	{ key: 'alerts', width: 52, choice: true, only: 'groups', right: true },
	{ key: 'state', width: 14 },
	{ key: 'owner', width: 20, choice: true },
	{ key: 'first', width: 60, choice: true, only: 'groups', right: true },
	{ key: 'last', width: 56, right: true },
];

const standard: Record<List, ColumnKey[]> = {
	groups: ['source', 'alerts', 'owner'],
	alerts: ['name', 'source', 'destination', 'owner'],
};
/** On a phone: what the second line of a row has room for. */
const standardOnPhone: ColumnKey[] = ['source', 'alerts', 'owner'];
/** What stands on a third line there, in their order. */
const third = ['name', 'number', 'destination', 'node', 'first'] as const;

/** In a narrow list these go, the first one first. */
const dropped: ColumnKey[] = ['first', 'number', 'node', 'destination', 'name', 'source', 'owner', 'alerts'];
const gap = 12;
const margin = 32;

/** The columns that a person has chosen, kept in this browser; those on a phone are kept apart. */
export class Columns {
	readonly #list: List;
	readonly #key: string;
	readonly #standard: readonly ColumnKey[];
	#chosen = $state.raw<readonly ColumnKey[]>([]);

	constructor(list: List, user: string, phone = false) {
		this.#list = list;
		this.#key = `socme-columns ${user} ${list}${phone ? ' phone' : ''}`;
		this.#standard = phone ? standardOnPhone : standard[list];
		this.#chosen = this.#stored() ?? this.#standard;
	}

	/** What may be chosen here. */
	get choices(): ColumnKey[] {
		return this.#here.filter((column) => column.choice).map((column) => column.key);
	}
	get #here(): Column[] {
		return columns.filter((column) => !column.only || column.only === this.#list);
	}

	has(key: ColumnKey): boolean {
		return this.#chosen.includes(key);
	}

	toggle(key: ColumnKey): void {
		this.#keep(this.has(key) ? this.#chosen.filter((one) => one !== key) : [...this.#chosen, key]);
	}

	reset(): void {
		this.#keep(this.#standard);
	}

	/** What is chosen for the third line of a row on a phone. */
	readonly third = $derived(third.filter((key) => this.has(key) && this.choices.includes(key)));

	/** The columns that fit into so many px; without `select` nothing can be selected. */
	fit(width: number, select: boolean): Column[] {
		let shown = this.#here.filter(
			(column) => (!column.choice || this.has(column.key)) && (select || column.key !== 'select'),
		);
		const need = () => shown.reduce((sum, column) => sum + column.width + gap, margin - gap);
		for (const key of dropped) {
			if (need() <= width) break;
			shown = shown.filter((column) => column.key !== key);
		}
		return shown;
	}

	#keep(chosen: readonly ColumnKey[]): void {
		this.#chosen = chosen;
		try {
			localStorage.setItem(this.#key, JSON.stringify(chosen));
		} catch {
			// Storage can be forbidden; the choice then lasts as long as the page.
		}
	}

	#stored(): ColumnKey[] | undefined {
		try {
			const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? 'null');
			if (!Array.isArray(kept)) return undefined;
			return columns.map((column) => column.key).filter((key) => kept.includes(key));
		} catch {
			return undefined;
		}
	}
}

/** The columns as CSS writes them. */
export function template(shown: readonly Column[]): string {
	return shown.map(({ key, width }) => (key === 'rule' ? `minmax(0, 1fr)` : `${width}px`)).join(' ');
}

export type { Column };
