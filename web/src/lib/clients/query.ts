/** A term of the query language for a client by its name. In quotes, a quote is written twice. */
export function ofClient(name: string): string {
	return `client:"${name.replaceAll('"', '""')}"`;
}

/** Where the alerts are listed that have all of these terms. */
export function alertsOf(...terms: string[]): string {
	return `/alerts?${new URLSearchParams({ query: terms.join(' ') })}`;
}
