import { untrack } from 'svelte';
import { session } from '$lib/session/session.svelte';
import type { ShellState } from '$lib/shell/shell.svelte';
import { route } from '../../router';
import { Address } from './address.svelte';
import type { List } from './columns.svelte';
import { unresolved } from './unresolved';

/**
 * Follows the list of the page of alerts, also on other pages: going back to it finds the
 * rows still there. One stream does for all.
 */
export function followList(shell: ShellState): void {
	const address = new Address();
	let last: { list: List; query: string } = { list: 'groups', query: unresolved };
	const asked = $derived.by(() => {
		// A bare address is not asked for: it becomes that of the person's own view.
		if (route.pathname === '/alerts' && !address.bare) last = { list: address.list, query: address.query };
		return last;
	});
	const list = $derived(asked.list);
	const query = $derived(asked.query);

	$effect(() => {
		shell.groups.shown = route.pathname === '/alerts';
	});
	$effect(() => {
		const feed = list === 'groups' ? shell.groups : shell.feed;
		const text = query;
		if (session.state !== 'in') return;
		return untrack(() => feed.follow(text));
	});
}
