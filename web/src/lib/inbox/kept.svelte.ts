/** A choice that this browser keeps. */
export function kept(key: string, standard: boolean): { value: boolean } {
	let value = $state(read(key) ?? standard);
	return {
		get value() {
			return value;
		},
		set value(to: boolean) {
			value = to;
			try {
				localStorage.setItem(key, String(to));
			} catch {
				// Storage can be forbidden; the choice then lasts as long as the page.
			}
		},
	};
}

function read(key: string): boolean | undefined {
	try {
		const text = localStorage.getItem(key);
		return text === null ? undefined : text === 'true';
	} catch {
		return undefined;
	}
}
