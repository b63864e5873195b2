/** Lower case without accents, so that "reglages" finds "Réglages". */
function plain(text: string): string {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * How well a text fits what was typed: 0 not at all, and the higher the better. All of its
 * words must be found, each best at a word's beginning; letters alone in their order
 * ("clsl" for "Clinic Saint-Luc") fit least.
 */
export function fit(text: string, typed: string): number {
	const wanted = plain(typed).split(/\s+/).filter(Boolean);
	if (wanted.length === 0) return 1;
	const has = plain(text);
	let sum = 0;
	for (const word of wanted) {
		const score = fitWord(has, word);
		if (score === 0) return 0;
		sum += score;
	}
	// Of two that fit alike the shorter one is meant.
	return sum / wanted.length - Math.min(text.length, 90) / 100;
}

function fitWord(text: string, word: string): number {
	const at = text.indexOf(word);
	if (at === 0) return 5;
	if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? inWord(text, word) : 4;
	return word.length > 1 && inOrder(text, word) ? 2 : 0;
}

/** Found inside of a word; perhaps a later place is the beginning of one. */
function inWord(text: string, word: string): number {
	return text.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word)) ? 4 : 3;
}

function inOrder(text: string, letters: string): boolean {
	let from = 0;
	for (const letter of letters) {
		const at = text.indexOf(letter, from);
		if (at < 0) return false;
		from = at + 1;
	}
	return true;
}
