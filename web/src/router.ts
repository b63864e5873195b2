import { createRouter } from 'sv-router';

const router = createRouter({
	'/sign-in': () => import('./routes/SignIn.svelte'),
	'/': {
		layout: () => import('./lib/shell/Shell.svelte'),
		'/': {
			'/': () => import('./routes/Overview.svelte'),
		},
		'/alerts': () => import('./routes/Alerts.svelte'),
		'/alerts/:id': () => import('./routes/Alert.svelte'),
		'/clients': () => import('./routes/Clients.svelte'),
		'/clients/:id': () => import('./routes/Client.svelte'),
		'/clients/:id/records': () => import('./routes/Records.svelte'),
		'/groups/:id': () => import('./routes/Group.svelte'),
		'/nodes': () => import('./routes/Nodes.svelte'),
		'/nodes/:id': () => import('./routes/Node.svelte'),
		'/agents': () => import('./routes/Agents.svelte'),
		'/advisories': () => import('./routes/Advisories.svelte'),
		'/settings': () => import('./routes/Settings.svelte'),
		'/users': () => import('./routes/Users.svelte'),
		'/tokens': () => import('./routes/Tokens.svelte'),
		'/audit': () => import('./routes/Audit.svelte'),
		'/more': () => import('./routes/More.svelte'),
		'/design': () => import('./routes/Design.svelte'),
		'*notfound': () => import('./routes/NotFound.svelte'),
	},
});

export const { p, isActive, route } = router;

/**
 * Goes to a page. A navigation that another overtakes has ended well: sv-router 0.16 resolves it
 * with its own promise, which every engine rejects in words of its own.
 */
export const navigate = ((...to: Parameters<typeof router.navigate>) =>
	router.navigate(...to).catch((error: unknown) => {
		if (!(error instanceof TypeError && /cycle|itself/i.test(error.message))) throw error;
	})) as typeof router.navigate;
