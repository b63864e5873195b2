import { catalogue } from '$lib/i18n/catalogue';
import { count, plural } from '$lib/number';

/** The words of a group's detail. */
export const t = catalogue({
	en: {
		group: 'Group',
		noGroup: 'There is no such group',
		failed: 'The group did not load',
		alertsFailed: 'The alerts of the group did not load',
		since: (n: number, when: string) => `${plural(n, 'alert')}${when ? ` since ${when}` : ''}`,
		states: {
			open: (n: number) => `${count(n)} open`,
			acknowledged: (n: number) => `${count(n)} acknowledged`,
			escalated: (n: number) => `${count(n)} escalated`,
			resolved: (n: number) => `${count(n)} resolved`,
		},
		newer: (n: number) => `${count(n)} new`,
		newest: 'Shown by its newest alert',
		more: 'Show more',
		all: 'These are all',
	},
	fr: {
		group: 'Groupe',
		noGroup: 'Ce groupe n’existe pas',
		failed: 'Le groupe ne s’est pas chargé',
		alertsFailed: 'Les alertes du groupe ne se sont pas chargées',
		since: (n: number, when: string) => `${plural(n, 'alerte')}${when ? ` depuis ${when}` : ''}`,
		states: {
			open: (n: number) => plural(n, 'ouverte'),
			acknowledged: (n: number) => plural(n, 'prise en compte', 'prises en compte'),
			escalated: (n: number) => plural(n, 'escaladée'),
			resolved: (n: number) => plural(n, 'résolue'),
		},
		newer: (n: number) => plural(n, 'nouvelle'),
		newest: 'Montré par sa dernière alerte',
		more: 'Afficher la suite',
		all: 'C’est tout',
	},
});
