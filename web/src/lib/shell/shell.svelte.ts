import { getContext, setContext } from 'svelte';
import type { AlertFeed } from '$lib/alerts/alert-feed.svelte';
import type { GroupFeed } from '$lib/inbox/group-feed.svelte';
import { Counts } from './counts.svelte';

const key = 'socme-side';

/** What all pages share: the live lists, the counts, the side bar's width, key sheet and palette. */
export class ShellState {
	readonly feed: AlertFeed;
	readonly groups: GroupFeed;
	readonly counts = new Counts();
	#side = $state<'' | 'wide' | 'rail'>(stored());
	keysOpen = $state(false);
	paletteOpen = $state(false);

	constructor(feed: AlertFeed, groups: GroupFeed) {
		this.feed = feed;
		this.groups = groups;
	}

	/** Whether the side bar is a rail on a page; lists of alerts start with one. */
	rail(pathname: string): boolean {
		return this.#side === '' ? /^\/(alerts|groups)/.test(pathname) : this.#side === 'rail';
	}

	toggleSide(pathname: string): void {
		this.#side = this.rail(pathname) ? 'wide' : 'rail';
		try {
			localStorage.setItem(key, this.#side);
		} catch {
			// Storage can be forbidden; the choice then lasts as long as the page.
		}
	}
}

function stored(): '' | 'wide' | 'rail' {
	try {
		const value = localStorage.getItem(key);
		return value === 'wide' || value === 'rail' ? value : '';
	} catch {
		return '';
	}
}

const context = Symbol('shell');

export function setShell(shell: ShellState): ShellState {
	return setContext(context, shell);
}

export function useShell(): ShellState {
	return getContext<ShellState>(context);
}
