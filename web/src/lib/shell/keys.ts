/** Keys that the page knows, as the key sheet lists them. */
export const keySheet: { title: string; keys: { caps: string[]; does: string }[] }[] = [
	{
		title: 'Everywhere',
		keys: [
			{ caps: ['?'], does: 'These keys' },
			{ caps: ['['], does: 'Side bar wide or narrow' },
		],
	},
	{
		title: 'An alert',
		keys: [
			{ caps: ['j', 'k'], does: 'Next, previous alert of the list' },
			{ caps: ['o'], does: 'Open the sheet as a page' },
			{ caps: ['Esc'], does: 'Back to the list' },
		],
	},
	{
		title: 'Alerts',
		keys: [
			{ caps: ['/'], does: 'Write a query' },
			{ caps: ['j', 'k'], does: 'Next, previous alert' },
			{ caps: ['Enter'], does: 'Open the alert' },
			{ caps: ['Esc'], does: 'Close it, or back to live' },
			{ caps: ['n'], does: 'Take in the new alerts' },
		],
	},
];

/** Whether a key belongs to what has the focus (a field, a dialogue, a menu) and not to the page. */
export function taken(event: KeyboardEvent): boolean {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
	const target = event.target;
	if (!(target instanceof HTMLElement)) return false;
	return (
		target.isContentEditable || target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null
	);
}
