import { language } from './i18n/language.svelte';

// The browser's own way takes a phone an eighth of a second to begin, on every page.
const between = { en: ',', fr: '\u202f' };
const thousands = /\B(?=(?:\d{3})+$)/g;

/** A whole number, all digits, with the language's separators: "12,311". Never rounded. */
export function count(n: number): string {
	return String(n).replace(thousands, between[language.code]);
}

/** "1 alert", "2 alerts". In French nought is one, too: "0 alerte". */
export function plural(n: number, one: string, many = `${one}s`): string {
	const single = language.code === 'fr' ? n < 2 : n === 1;
	return `${count(n)} ${single ? one : many}`;
}

const units = { en: ['B', 'KiB', 'MiB', 'GiB', 'TiB'], fr: ['o', 'Kio', 'Mio', 'Gio', 'Tio'] };

/** So many digits after the language's own point: "3.1". */
export function decimal(n: number, digits: number): string {
	const text = n.toFixed(digits);
	return language.code === 'fr' ? text.replace('.', ',') : text;
}

/** A size for people: "512 B", "3.1 MiB", "61 GiB". */
export function bytes(n: number): string {
	let size = Math.max(0, n);
	let unit = 0;
	// What would be shown as 1,024 of one unit is 1.0 of the next.
	while (unit < units.en.length - 1 && Math.round(size) >= 1024) {
		size /= 1024;
		unit++;
	}
	const text = unit > 0 && size < 9.95 ? decimal(size, 1) : count(Math.round(size));
	return `${text} ${units[language.code][unit]}`;
}
