/** Whether a key belongs to what has the focus (a field, a dialogue, a menu) and not to the page. */
export function taken(event: KeyboardEvent): boolean {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
	const target = event.target;
	if (!(target instanceof HTMLElement)) return false;
	return (
		target.isContentEditable || target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null
	);
}
