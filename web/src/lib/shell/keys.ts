/** Whether a key belongs to what has the focus (a field, a dialogue, a menu) and not to the page. */
export function taken(event: KeyboardEvent): boolean {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
	const target = event.target;
	if (!(target instanceof HTMLElement)) return false;
	if (target.isContentEditable || target.closest('textarea, select, [role=dialog], [role=menu]')) return true;
	// A box or a radio button wants space and arrows; letters are the page's.
	if (target.matches('[type=checkbox], [type=radio]')) return event.key.length > 1 || event.key === ' ';
	return target.closest('input') !== null;
}
