import Building from '~icons/lucide/building-complex';
import Inbox from '~icons/lucide/inbox';
import KeyRound from '~icons/lucide/key-round';
import LayoutDashboard from '~icons/lucide/layout-dashboard';
import Newspaper from '~icons/lucide/newspaper';
import ScrollText from '~icons/lucide/scroll-text';
import Server from '~icons/lucide/server';
import Settings from '~icons/lucide/settings';
import Users from '~icons/lucide/users';
import type { Session } from './api';
import { t } from './navigation.words';

type User = Session['user'];

/** A page of the side bar. */
export interface Place {
	path: string;
	title: string;
	icon: typeof Inbox;
	/** What follows `g` to go there. */
	key: string;
}

/** The pages that a person may open, in order, with the titles of the reader's language. */
export function pagesOf(user: User): { work: Place[]; admin: Place[]; settings: Place } {
	const home = homeOf(user);
	const admin = user.role === 'admin';
	const owner = isOwner(user);
	const first: Place[] =
		home === '/'
			? [{ path: '/', title: t.overview, icon: LayoutDashboard, key: 'o' }]
			: [{ path: home, title: t.dashboard, icon: LayoutDashboard, key: 'o' }];
	return {
		work: [
			...first,
			{ path: '/alerts', title: t.alerts, icon: Inbox, key: 'a' },
			...(home === '/' ? [{ path: '/clients', title: t.clients, icon: Building, key: 'c' }] : []),
			{ path: '/nodes', title: t.nodes, icon: Server, key: 'n' },
			{ path: '/advisories', title: t.advisories, icon: Newspaper, key: 'd' },
		],
		admin: [
			...(owner ? [{ path: '/users', title: t.users, icon: Users, key: 'u' }] : []),
			...(admin ? [{ path: '/tokens', title: t.tokens, icon: KeyRound, key: 't' }] : []),
			...(owner ? [{ path: '/audit', title: t.audit, icon: ScrollText, key: 'l' }] : []),
		],
		settings: { path: '/settings', title: t.settings, icon: Settings, key: 's' },
	};
}

/** Where a person begins: who sees one client alone, with that client's dashboard. */
export function homeOf(user: User): string {
	const [only, ...others] = user.clients;
	const single = user.role === 'viewer' && !user.all_clients && others.length === 0;
	return single && only ? `/clients/${only.id}` : '/';
}

/** An admin of all clients: who may see to people, and to what is about no client. */
export function isOwner(user: User): boolean {
	return user.role === 'admin' && user.all_clients;
}

/** Whether the address is the page's, or below it. A group is below the alerts, which list it. */
export function isHere(place: Pick<Place, 'path'>, pathname: string): boolean {
	const below = (path: string) => pathname.startsWith(`${path}/`);
	if (place.path === '/alerts' && below('/groups')) return true;
	return pathname === place.path || (place.path !== '/' && below(place.path));
}
