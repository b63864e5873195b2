/** One line of a record shown as a tree. */
export interface Line {
	depth: number;
	/** The key as written, without its quotes; undefined in arrays and at closing brackets. */
	key?: string;
	/** The value or bracket as written; nothing is rounded, sorted or left out. */
	text: string;
	kind: 'string' | 'number' | 'word' | 'bracket';
}

const space = /[ \t\n\r]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const deepest = 200;

class Scanner {
	#at = 0;
	readonly lines: Line[] = [];
	#text: string;

	constructor(text: string) {
		this.#text = text;
	}

	/** Reads the whole text as one value; false if it is no JSON. */
	document(): boolean {
		return this.#value(0, undefined) && (this.#take(space), this.#at === this.#text.length);
	}

	#take(what: RegExp): string | undefined {
		what.lastIndex = this.#at;
		const found = what.exec(this.#text)?.[0];
		if (found !== undefined) this.#at += found.length;
		return found;
	}

	#char(wanted: string): boolean {
		this.#take(space);
		if (this.#text[this.#at] !== wanted) return false;
		this.#at++;
		return true;
	}

	#value(depth: number, key: string | undefined): boolean {
		this.#take(space);
		if (depth > deepest) return false;
		if (this.#text[this.#at] === '{') return this.#nested(depth, key, '{', '}');
		if (this.#text[this.#at] === '[') return this.#nested(depth, key, '[', ']');
		for (const [kind, what] of [
			['string', string],
			['number', number],
			['word', word],
		] as const) {
			const text = this.#take(what);
			if (text) {
				this.lines.push({ depth, key, text, kind });
				return true;
			}
		}
		return false;
	}

	#nested(depth: number, key: string | undefined, open: string, close: string): boolean {
		this.#at++;
		if (this.#char(close)) {
			this.lines.push({ depth, key, text: open + close, kind: 'bracket' });
			return true;
		}
		this.lines.push({ depth, key, text: open, kind: 'bracket' });
		do {
			let name: string | undefined;
			if (open === '{') {
				this.#take(space);
				name = this.#take(string)?.slice(1, -1);
				if (name === undefined || !this.#char(':')) return false;
			}
			if (!this.#value(depth + 1, name)) return false;
		} while (this.#char(','));
		if (!this.#char(close)) return false;
		this.lines.push({ depth, text: close, kind: 'bracket' });
		return true;
	}
}

/**
 * Lays a JSON text out as lines, token by token as it was written: key order, long
 * numbers, repeated keys and escapes stay as they are, which JSON.parse would not keep.
 * Undefined when the text is no JSON.
 */
export function pretty(text: string): Line[] | undefined {
	const scanner = new Scanner(text);
	return scanner.document() ? scanner.lines : undefined;
}
