import { catalogue } from '$lib/i18n/catalogue';

export const t = catalogue({
	en: {
		title: 'Not found',
		none: 'There is no such page',
		why: 'The address may be mistyped, or what it named is gone.',
		alerts: 'Show the alerts',
	},
	fr: {
		title: 'Introuvable',
		none: 'Cette page n’existe pas',
		why: 'L’adresse est peut-être mal saisie, ou ce qu’elle désignait n’existe plus.',
		alerts: 'Voir les alertes',
	},
});
