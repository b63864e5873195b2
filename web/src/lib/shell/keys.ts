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
			{ caps: ['j', 'k'], does: 'Next, previous row' },
			{ caps: ['Enter'], does: 'Open it' },
			{ caps: ['x'], does: 'Select it' },
			{ caps: ['Shift', 'X'], does: 'Select all rows up to it' },
			{ caps: ['Shift', 'A'], does: 'Select all of the filter' },
			{ caps: ['a'], does: 'Acknowledge' },
			{ caps: ['c'], does: 'Claim' },
			{ caps: ['e'], does: 'Escalate' },
			{ caps: ['r', 't'], does: 'Resolve: true positive' },
			{ caps: ['r', 'f'], does: 'Resolve: false positive' },
			{ caps: ['r', 'b'], does: 'Resolve: benign' },
			{ caps: ['r', 'x'], does: 'Resolve: expected' },
			{ caps: ['u'], does: 'Undo' },
			{ caps: ['Esc'], does: 'Close it, or back to live' },
			{ caps: ['n'], does: 'Take in what is new' },
		],
	},
];

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
