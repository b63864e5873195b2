/** A piece of a query, for showing it: a term, what joins terms, or white space. */
export interface Piece {
	text: string;
	/** Column of the first character, from 1, as the API counts: in characters. */
	column: number;
	/** Field and operator, when the term has them. */
	field: string;
	operator: string;
	value: string;
	space: boolean;
	/** AND, OR, NOT, a minus or a parenthesis. */
	join: boolean;
	/** Something follows, so the person has finished with it. */
	finished: boolean;
}

const space = /^\s+/;
const join = /^(?:[()]|-(?=[^\s])|(?:AND|OR|NOT)(?=[\s()]|$))/;
const term =
	/^(?:(md5|sha1|sha256|[a-zA-Z]+)(!=|>=|<=|>|<|=|:)(?!\/\/))?(\*?"(?:[^"]|"")*(?:"\*?)?|[^\s()]*)/;

/** Splits a query into pieces; joined they are the query again. */
export function pieces(query: string): Piece[] {
	const out: Piece[] = [];
	let rest = query;
	let column = 1;
	while (rest !== '') {
		const gap = space.exec(rest)?.[0];
		const joined = gap ? undefined : join.exec(rest)?.[0];
		const match = gap || joined ? null : term.exec(rest);
		const text = gap ?? joined ?? (match?.[0] || rest);
		rest = rest.slice(text.length);
		out.push({
			text,
			column,
			field: match?.[1] ?? '',
			operator: match?.[2] ?? '',
			value: match?.[3] ?? text,
			space: gap !== undefined,
			join: joined !== undefined,
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
