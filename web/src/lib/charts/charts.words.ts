import { catalogue } from '$lib/i18n/catalogue';
import { count, plural } from '$lib/number';

export const t = catalogue({
	en: {
		alerts: (n: number) => plural(n, 'alert'),
		to: 'to',
		choose: 'Span of time',
		none: 'nothing chosen; arrows choose',
		show: 'Show them',
		summary: (total: number, span: string, parts: string) =>
			`${plural(total, 'alert')}, ${span}${parts ? `: ${parts}` : ''}`,
		most: (n: number, span: string) => `Most of them ${span}: ${count(n)}`,
		time: 'Time',
		all: 'All',
	},
	fr: {
		alerts: (n: number) => plural(n, 'alerte'),
		to: 'à',
		choose: 'Intervalle de temps',
		none: 'rien de choisi ; les flèches choisissent',
		show: 'Les afficher',
		summary: (total: number, span: string, parts: string) =>
			`${plural(total, 'alerte')}, ${span}${parts ? ` : ${parts}` : ''}`,
		most: (n: number, span: string) => `Le maximum, ${span} : ${count(n)}`,
		time: 'Heure',
		all: 'Toutes',
	},
});
