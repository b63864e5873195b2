/**
 * A figure that is read again keeps its old value, quieter. What answers within 150 ms
 * never shows it, so that a poll does not flicker.
 */
export function quieter(stale: boolean): string {
	return stale ? 'text-fg-3 transition-colors duration-0 delay-150' : '';
}
