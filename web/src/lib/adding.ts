import { searchParams } from 'sv-router';

/** Whether a page's form for something new is open: part of the address, so that links lead to it. */
export const adding = {
	get open(): boolean {
		return searchParams.toURLSearchParams().has('add');
	},
	set open(open: boolean) {
		if (open) searchParams.set('add', '', { replace: true });
		else if (adding.open) searchParams.delete('add', undefined, { replace: true });
	},
};
