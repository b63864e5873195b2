/**
 * Takes the secret of a one-time link out of the address: /sign-in#link=SECRET. It is
 * removed from the address bar and the history at once, so that it is not copied or
 * bookmarked with it. Empty when there is none.
 */
export function takeLink(): string {
	const secret = linkSecret(location.hash);
	if (secret !== '') history.replaceState(history.state, '', location.pathname + location.search);
	return secret;
}

/** The secret in an address' fragment, or nothing. */
export function linkSecret(fragment: string): string {
	return new URLSearchParams(fragment.replace(/^#/, '')).get('link') ?? '';
}

/** Where to go after signing in: only ever a path of this page. */
export function nextPath(search: string): string {
	const next = new URLSearchParams(search).get('next') ?? '';
	return /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}
