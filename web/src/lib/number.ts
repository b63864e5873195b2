const whole = new Intl.NumberFormat('en');

/** All digits, with separators: "12,311". Never rounded. */
export function count(n: number): string {
	return whole.format(n);
}

/** "1 alert", "2 alerts". */
export function plural(n: number, one: string, many = `${one}s`): string {
	return `${count(n)} ${n === 1 ? one : many}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size for people: "512 B", "3.1 MiB", "61 GiB". */
export function bytes(n: number): string {
	let size = Math.max(0, n);
	let unit = 0;
	// What would be shown as 1,024 of one unit is 1.0 of the next.
	while (unit < units.length - 1 && Math.round(size) >= 1024) {
		size /= 1024;
		unit++;
	}
	const text = unit > 0 && size < 9.95 ? size.toFixed(1) : count(Math.round(size));
	return `${text} ${units[unit]}`;
}
