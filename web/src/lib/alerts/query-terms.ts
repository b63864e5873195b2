/** A piece of a query, for showing it: a term, or the white space between two. */
export interface Piece {
	text: string;
	/** Column of the first character, from 1, as the API counts: in characters. */
	column: number;
	/** Field and operator, when the term has them. */
	field: string;
	operator: string;
	value: string;
	space: boolean;
	/** Something follows, so the person has finished with it. */
	finished: boolean;
}

const term = /^(?:([a-zA-Z]+)(>=|<=|>|<|=|:)(?!\/\/))?("[^"]*"?|\S*)/;

/** Splits a query into terms and the white space between them; joined they are the query again. */
export function pieces(query: string): Piece[] {
	const out: Piece[] = [];
	let rest = query;
	let column = 1;
	while (rest !== '') {
		const space = /^\s+/.exec(rest)?.[0];
		const match = space ? null : term.exec(rest);
		const text = space ?? (match?.[0] || rest);
		rest = rest.slice(text.length);
		out.push({
			text,
			column,
			field: match?.[1] ?? '',
			operator: match?.[2] ?? '',
			value: match?.[3] ?? text,
			space: space !== undefined,
			finished: rest !== '',
		});
		column += [...text].length;
	}
	return out;
}

/** The column that a problem's location names ("query.14"), or 0. */
export function columnOf(location: string): number {
	const column = /^query\.(\d+)$/.exec(location)?.[1];
	return column ? Number(column) : 0;
}
