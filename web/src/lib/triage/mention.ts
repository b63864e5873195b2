/** A name that is being written after an @, and where. */
export interface Writing {
	/** What stands after the @ so far. */
	part: string;
	/** Where the @ is. */
	at: number;
}

/** The mention that the cursor stands in; undefined where there is none. */
export function writing(text: string, cursor: number): Writing | undefined {
	const found = /(?:^|[\s(])@([\p{L}\p{N}_.-]*)$/u.exec(text.slice(0, cursor));
	return found ? { part: found[1] ?? '', at: cursor - (found[1] ?? '').length - 1 } : undefined;
}

/** The names that go on as written, those that begin so first; at most six. */
export function offers(names: readonly string[], part: string): string[] {
	const low = part.toLowerCase();
	const begins = names.filter((name) => name.toLowerCase().startsWith(low));
	const holds = names.filter((name) => !begins.includes(name) && name.toLowerCase().includes(low));
	return [...begins, ...holds].slice(0, 6);
}

/** The text with the name in place of what was written, and where the cursor is then. */
export function put(text: string, { part, at }: Writing, name: string): { text: string; cursor: number } {
	const before = `${text.slice(0, at)}@${name} `;
	return { text: before + text.slice(at + 1 + part.length).replace(/^ /, ''), cursor: before.length };
}
