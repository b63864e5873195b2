import { catalogue } from '$lib/i18n/catalogue';

/** What the audit calls things, for people; what is not here is shown as the audit has it. */
export const acts = catalogue({
	en: {
		verb: {
			make: 'made',
			use: 'used',
			begin: 'began',
			end: 'ended',
			invite: 'invited',
			set: 'changed',
			delete: 'deleted',
			undo: 'took back',
			place: 'placed',
			release: 'released',
			save: 'saved',
			add: 'added',
			refuse: 'refused',
			see: 'looked at',
			enrol: 'enrolled',
			revoke: 'revoked',
			acknowledge: 'acknowledged',
			claim: 'claimed',
			assign: 'assigned',
			escalate: 'escalated',
			resolve: 'resolved',
			reopen: 'reopened',
			comment: 'commented on',
			tag: 'tagged',
			untag: 'took a tag from',
		},
		noun: {
			user: 'the user',
			token: 'the token',
			'node-token': 'a token to enrol',
			link: 'a link for',
			session: 'the session of',
			node: 'the node',
			client: 'the client',
			clients: 'the data of all clients',
			audit: 'the audit',
			alert: 'the alert',
			group: 'the group',
			logo: 'the logo of',
			publisher: 'the publisher',
			'recovery-code': 'a recovery code of',
			view: 'the view',
			hold: 'a hold',
			retention: 'the retention',
			account: 'the account of',
			totp: 'the second factor of',
			action: 'a step',
			'sign-in': 'a sign-in',
		},
	},
	fr: {
		verb: {
			make: 'a créé',
			use: 'a utilisé',
			begin: 'a ouvert',
			end: 'a fermé',
			invite: 'a invité',
			set: 'a modifié',
			delete: 'a supprimé',
			undo: 'a annulé',
			place: 'a posé',
			release: 'a levé',
			save: 'a enregistré',
			add: 'a ajouté',
			refuse: 'a refusé',
			see: 'a consulté',
			enrol: 'a enrôlé',
			revoke: 'a révoqué',
			acknowledge: 'a pris en compte',
			claim: 'a pris',
			assign: 'a attribué',
			escalate: 'a escaladé',
			resolve: 'a clos',
			reopen: 'a rouvert',
			comment: 'a commenté',
			tag: 'a étiqueté',
			untag: 'a retiré une étiquette de',
		},
		noun: {
			user: 'l’utilisateur',
			token: 'le jeton',
			'node-token': 'un jeton d’enrôlement',
			link: 'un lien pour',
			session: 'la session de',
			node: 'le nœud',
			client: 'le client',
			clients: 'les données de tous les clients',
			audit: 'l’audit',
			alert: 'l’alerte',
			group: 'le groupe',
			logo: 'le logo de',
			publisher: 'l’éditeur',
			'recovery-code': 'un code de secours de',
			view: 'la vue',
			hold: 'une conservation',
			retention: 'la rétention',
			account: 'le compte de',
			totp: 'le second facteur de',
			action: 'une action',
			'sign-in': 'une connexion',
		},
	},
});

/** "revoked", "a révoqué". */
export function verbOf(verb: string): string {
	return Object.entries(acts.verb).find(([key]) => key === verb)?.[1] ?? verb;
}

/** "the node", "le nœud". */
export function nounOf(noun: string): string {
	return Object.entries(acts.noun).find(([key]) => key === noun)?.[1] ?? noun;
}

/** What can be chosen in a filter: the audit's own word, and ours. */
export const verbs = () => Object.entries(acts.verb);
export const nouns = () => Object.entries(acts.noun);
