import { Inbox, Newspaper, Server } from '@lucide/svelte';

/** The pages of the side bar, in order. A new page is one more line here and one in router.ts. */
export const pages = [
	{ path: '/alerts', title: 'Alerts', icon: Inbox },
	{ path: '/nodes', title: 'Nodes', icon: Server },
	{ path: '/advisories', title: 'Advisories', icon: Newspaper },
] as const;
