import { catalogue } from '$lib/i18n/catalogue';
import { plural } from '$lib/number';

/** The words of what an alert is, wherever one is shown. */
export const t = catalogue({
	en: {
		severity: {
			critical: 'Critical',
			high: 'High',
			medium: 'Medium',
			low: 'Low',
			informational: 'Info',
			unknown: 'Unknown',
		},
		state: {
			open: 'Open',
			acknowledged: 'Acknowledged',
			escalated: 'Escalated',
			resolved: 'Resolved',
		},
		witnesses: (n: number) => plural(n, 'witness', 'witnesses'),
		rule: (id: string) => `Rule ${id}`,
	},
	fr: {
		severity: {
			critical: 'Critique',
			high: 'Élevée',
			medium: 'Moyenne',
			low: 'Faible',
			informational: 'Info',
			unknown: 'Inconnue',
		},
		state: {
			open: 'Ouverte',
			acknowledged: 'Prise en compte',
			escalated: 'Escaladée',
			resolved: 'Résolue',
		},
		witnesses: (n: number) => plural(n, 'témoin', 'témoins'),
		rule: (id: string) => `Règle ${id}`,
	},
});
