import Bookmark from '~icons/lucide/bookmark';
import Building from '~icons/lucide/building-complex';
import Keyboard from '~icons/lucide/keyboard';
import KeyRound from '~icons/lucide/key-round';
import Languages from '~icons/lucide/languages';
import LockKeyhole from '~icons/lucide/lock-keyhole';
import LogOut from '~icons/lucide/log-out';
import Monitor from '~icons/lucide/monitor';
import Moon from '~icons/lucide/moon';
import PanelLeft from '~icons/lucide/panel-left';
import Search from '~icons/lucide/search';
import Server from '~icons/lucide/server';
import ShieldCheck from '~icons/lucide/shield-check';
import Sun from '~icons/lucide/sun';
import UserPlus from '~icons/lucide/user-plus';
import type { Node, Session, View } from '$lib/api';
import { language, languages } from '$lib/i18n/language.svelte';
import { isOwner, pagesOf } from '$lib/navigation';
import { session } from '$lib/session/session.svelte';
import { viewPath } from '$lib/views/views.svelte';
import type { ShellState } from '../shell.svelte';
import { theme, type Theme } from '../theme.svelte';
import { fit } from './find';
import { t } from './palette.words';

/** Something that the palette can do. */
export interface Entry {
	kind: 'page' | 'view' | 'client' | 'node' | 'action' | 'search';
	/** Together with the kind it is the only one. */
	title: string;
	icon: typeof Search;
	/** More to be found by, which is not shown. */
	words?: string;
	/** A second voice: the client of a node. */
	note?: string;
	keys?: string[];
	/** Where it leads; or else what it does. */
	path?: string;
	run?: () => unknown;
}

/** What the palette knows of. */
export interface Known {
	user: Session['user'];
	shell: ShellState;
	pathname: string;
	views: View[];
	clients: { id: string; name: string }[];
	nodes: Node[];
}

const most = 50;

/** What fits what was typed, the best first; with the search of alerts at the end. */
export function find(entries: Entry[], typed: string): Entry[] {
	const text = typed.trim();
	const found = entries
		.map((entry) => ({ entry, score: fit(`${entry.title} ${entry.note ?? ''} ${entry.words ?? ''}`, text) }))
		.filter(({ score }) => score > 0);
	// Without a word they stay in the order of the groups.
	if (text) found.sort((a, b) => b.score - a.score);
	const best = found.slice(0, most).map(({ entry }) => entry);
	if (!text) return best;
	const path = `/alerts?${new URLSearchParams({ query: text })}`;
	const search: Entry = { kind: 'search', title: t.search(text), icon: Search, path };
	// Who writes an operator means a query.
	return /[:<>="]/.test(text) ? [search, ...best] : [...best, search];
}

/** Everything, in the reader's language. */
export function entriesOf(known: Known): Entry[] {
	const { work, admin, settings } = pagesOf(known.user);
	return [
		...[...work, ...admin, settings].map((page): Entry => {
			return { kind: 'page', title: page.title, icon: page.icon, path: page.path, keys: ['g', page.key] };
		}),
		...known.views.map((view): Entry => {
			return { kind: 'view', title: view.name, icon: Bookmark, path: viewPath(view) };
		}),
		...actionsOf(known),
		...known.clients.map((client): Entry => {
			return { kind: 'client', title: client.name, icon: Building, path: `/clients/${client.id}` };
		}),
		...known.nodes.map((node): Entry => {
			return { kind: 'node', title: node.name, note: node.client, icon: Server, path: `/nodes/${node.id}` };
		}),
	];
}

function actionsOf({ user, shell, pathname }: Known): Entry[] {
	const action = (title: string, icon: Entry['icon'], does: Pick<Entry, 'path' | 'run' | 'keys'>): Entry => {
		return { kind: 'action', title, icon, ...does };
	};
	const admin = user.role === 'admin';
	const themes: [Theme, Entry['icon']][] = [
		['system', Monitor],
		['light', Sun],
		['dark', Moon],
	];
	return [
		...(admin ? [action(t.addNode, Server, { path: '/nodes?add' })] : []),
		...(isOwner(user) ? [action(t.addClient, Building, { path: '/clients?add' })] : []),
		...(isOwner(user) ? [action(t.inviteUser, UserPlus, { path: '/users?add' })] : []),
		...(admin ? [action(t.makeToken, KeyRound, { path: '/tokens?add' })] : []),
		...(isOwner(user) ? [action(t.checkAudit, ShieldCheck, { path: '/audit?check' })] : []),
		...themes
			.filter(([value]) => value !== theme.choice)
			.map(([value, icon]) => action(t.theme[value], icon, { run: () => theme.choose(value) })),
		...languages
			.filter(({ code }) => code !== language.code)
			.map(({ code }) => action(t.language[code], Languages, { run: () => language.choose(code) })),
		action(t.side, PanelLeft, { run: () => shell.toggleSide(pathname), keys: ['['] }),
		action(t.keys, Keyboard, { run: () => (shell.keysOpen = true), keys: ['?'] }),
		action(t.changePassword, LockKeyhole, { path: '/settings' }),
		action(t.signOut, LogOut, { run: () => session.signOut() }),
	];
}
