import { catalogue } from './i18n/catalogue';

export const t = catalogue({
	en: {
		overview: 'Overview',
		dashboard: 'My site',
		alerts: 'Alerts',
		clients: 'Clients',
		nodes: 'Nodes',
		advisories: 'Advisories',
		users: 'Users',
		tokens: 'Tokens',
		audit: 'Audit',
		settings: 'Settings',
	},
	fr: {
		overview: 'Aperçu',
		dashboard: 'Mon site',
		alerts: 'Alertes',
		clients: 'Clients',
		nodes: 'Nœuds',
		advisories: 'Avis',
		users: 'Utilisateurs',
		tokens: 'Jetons',
		audit: 'Audit',
		settings: 'Réglages',
	},
});
