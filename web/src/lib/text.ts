/** Shortens in the middle, so that both ends stay readable: "2001:db8:…:47". */
export function shorten(text: string, max: number): string {
	if (text.length <= max) return text;
	const keep = max - 1;
	const head = Math.ceil(keep / 2);
	return `${text.slice(0, head)}…${text.slice(text.length - (keep - head))}`;
}

/** Groups of four, as people compare hashes. */
export function groups(hash: string): string[] {
	return hash.match(/.{1,4}/g) ?? [];
}

/** Two letters that stand for a name: first letters of two words, or of the one. */
export function initials(name: string): string {
	const words = name.split(/[\s\-_.]+/).filter((word) => word !== '');
	const letters = words.length > 1 ? [words[0]?.[0], words[1]?.[0]] : [...(words[0] ?? '?')].slice(0, 2);
	return letters.join('').toUpperCase();
}

/** A hue between 160 and 330 that always belongs to the same id; never one of a severity. */
export function hue(id: string): number {
	let h = 2166136261;
	for (let i = 0; i < id.length; i++) h = Math.imul(h ^ id.charCodeAt(i), 16777619);
	return 160 + ((h >>> 0) % 171);
}

/** Puts text on the clipboard; false where the browser does not let us. */
export async function copy(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false; // no permission, or a page that is neither https nor localhost
	}
}
