const whole = new Intl.NumberFormat('en');

/** All digits, with separators: "12,311". Never rounded. */
export function count(n: number): string {
	return whole.format(n);
}

/** "1 alert", "2 alerts". */
export function plural(n: number, one: string, many = `${one}s`): string {
	return `${count(n)} ${n === 1 ? one : many}`;
}
