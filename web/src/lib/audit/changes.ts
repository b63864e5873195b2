/** One field of what was changed. */
export interface Change {
	field: string;
	/** Undefined where there was, or is, nothing. */
	before: string | undefined;
	after: string | undefined;
}

/** What a record of the audit says was changed, field by field, fields of objects inside by path. */
export function changesOf(before: unknown, after: unknown): Change[] {
	const was = flat(before);
	const is = flat(after);
	return [...new Set([...was.keys(), ...is.keys()])].map((field) => {
		return { field, before: was.get(field), after: is.get(field) };
	});
}

function flat(value: unknown, path = ''): Map<string, string> {
	if (value === undefined || value === null) return new Map();
	if (typeof value !== 'object') return new Map([[path, String(value)]]);
	if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
		return new Map([[path, value.join(', ')]]);
	return new Map(
		Object.entries(value).flatMap(([key, inner]) => [...flat(inner, path ? `${path}.${key}` : key)]),
	);
}
