import { catalogue } from '$lib/i18n/catalogue';
import { plural } from '$lib/number';

/** The words of triage: steps, states, verdicts, what was done and why not. */
export const t = catalogue({
	en: {
		verb: {
			acknowledge: 'Acknowledge',
			claim: 'Claim',
			assign: 'Assign',
			release: 'Release',
			escalate: 'Escalate',
			resolve: 'Resolve',
			reopen: 'Reopen',
		},
		verdict: {
			'true-positive': 'True positive',
			'false-positive': 'False positive',
			benign: 'Benign',
			expected: 'Expected',
		},
		already: {
			open: 'It is open',
			acknowledged: 'It is acknowledged already',
			escalated: 'It is escalated already',
			resolved: 'It is resolved already',
		},
		notYet: 'It is not resolved',
		yours: 'You have it already',
		taken: (owner: string) => `${owner} has it`,
		nobodys: 'Nobody has it',
		looking: 'Viewers look, analysts act',
		did: {
			acknowledge: (n: number) => `${plural(n, 'alert')} acknowledged`,
			claim: (n: number) => `${plural(n, 'alert')} claimed`,
			assign: (n: number, to: string) => `${plural(n, 'alert')} given to ${to}`,
			release: (n: number) => `${plural(n, 'alert')} released`,
			escalate: (n: number) => `${plural(n, 'alert')} escalated`,
			resolve: (n: number, _to: string, as: string) => `${plural(n, 'alert')} resolved: ${as.toLowerCase()}`,
			reopen: (n: number) => `${plural(n, 'alert')} reopened`,
		},
		undone: (n: number) => `Taken back: ${plural(n, 'alert')}`,
		undo: 'Undo',
		dismiss: 'Close',
	},
	fr: {
		verb: {
			acknowledge: 'Prendre en compte',
			claim: 'M’attribuer',
			assign: 'Attribuer',
			release: 'Libérer',
			escalate: 'Escalader',
			resolve: 'Résoudre',
			reopen: 'Rouvrir',
		},
		verdict: {
			'true-positive': 'Vrai positif',
			'false-positive': 'Faux positif',
			benign: 'Bénin',
			expected: 'Attendu',
		},
		already: {
			open: 'Elle est ouverte',
			acknowledged: 'Elle est déjà prise en compte',
			escalated: 'Elle est déjà escaladée',
			resolved: 'Elle est déjà résolue',
		},
		notYet: 'Elle n’est pas résolue',
		yours: 'Elle est déjà à vous',
		taken: (owner: string) => `Elle est à ${owner}`,
		nobodys: 'Elle n’est à personne',
		looking: 'Un lecteur regarde, un analyste agit',
		did: {
			acknowledge: (n: number) => plural(n, 'alerte prise en compte', 'alertes prises en compte'),
			claim: (n: number) => plural(n, 'alerte attribuée à vous', 'alertes attribuées à vous'),
			assign: (n: number, to: string) => `${plural(n, 'alerte confiée', 'alertes confiées')} à ${to}`,
			release: (n: number) => plural(n, 'alerte libérée', 'alertes libérées'),
			escalate: (n: number) => plural(n, 'alerte escaladée', 'alertes escaladées'),
			resolve: (n: number, _to: string, as: string) =>
				`${plural(n, 'alerte résolue', 'alertes résolues')}\u202f: ${as.toLowerCase()}`,
			reopen: (n: number) => plural(n, 'alerte rouverte', 'alertes rouvertes'),
		},
		undone: (n: number) => `Annulé\u202f: ${plural(n, 'alerte')}`,
		undo: 'Annuler',
		dismiss: 'Fermer',
	},
});
