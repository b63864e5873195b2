import { catalogue } from '$lib/i18n/catalogue';
import { count, plural } from '$lib/number';

/** The words of Wazuh's agents: how many there are, and which. */
export const t = catalogue({
	en: {
		title: 'Agents',
		page: 'Wazuh agents',
		status: {
			active: 'Active',
			disconnected: 'Disconnected',
			pending: 'Pending',
			never_connected: 'Never connected',
		},
		of: (n: number) => plural(n, 'agent'),
		only: (n: number, status: string) => `${count(n)} ${status.toLowerCase()}`,
		column: {
			agent: 'Agent',
			status: 'Status',
			address: 'Address',
			system: 'System',
			version: 'Wazuh',
			seen: 'Last seen',
			where: 'Node',
		},
		search: 'Search agents',
		searchHint: 'Name, address, number or system',
		now: 'now',
		never: 'never',
		none: 'No node tells of agents',
		noneText:
			'A node can ask the Wazuh manager beside it which agents there are, and which of them are away. Name the manager’s API in its node.toml and start it again:',
		noneOwn: 'Nobody asks your Wazuh manager yet which agents there are. Your SOC can set that up.',
		noneSo: 'No agent is so.',
		noneAtAll: 'The manager has no agent yet.',
		showAll: 'Show all',
		tooMany: (n: number) => `The first ${count(n)} are shown. Search for others.`,
		notListed: (n: number) =>
			n === 1
				? '1 active agent is counted and not listed.'
				: `${count(n)} active agents are counted and not listed.`,
		stale: (n: number, of: number) =>
			of === 1 ? 'These are older counts.' : `Of ${count(n)} of ${count(of)} nodes these are older counts.`,
		trouble: 'The Wazuh manager cannot be asked',
		asOf: 'as it was',
		failed: 'The agents did not load',
		loading: 'Loading agents',
		pressed: (status: string) => `Only agents that are: ${status.toLowerCase()}`,
	},
	fr: {
		title: 'Agents',
		page: 'Agents Wazuh',
		status: {
			active: 'Actif',
			disconnected: 'Déconnecté',
			pending: 'En attente',
			never_connected: 'Jamais connecté',
		},
		of: (n: number) => plural(n, 'agent'),
		only: (n: number, status: string) =>
			`${count(n)} ${status.toLowerCase()}${n < 2 || status === 'En attente' ? '' : 's'}`,
		column: {
			agent: 'Agent',
			status: 'État',
			address: 'Adresse',
			system: 'Système',
			version: 'Wazuh',
			seen: 'Vu',
			where: 'Nœud',
		},
		search: 'Chercher des agents',
		searchHint: 'Nom, adresse, numéro ou système',
		now: 'maintenant',
		never: 'jamais',
		none: 'Aucun nœud ne parle d’agents',
		noneText:
			'Un nœud peut demander au gestionnaire Wazuh voisin quels agents il a, et lesquels manquent. Nommez l’API du gestionnaire dans son node.toml et redémarrez-le :',
		noneOwn:
			'Personne ne demande encore à votre gestionnaire Wazuh quels agents il a. Votre SOC peut le mettre en place.',
		noneSo: 'Aucun agent n’est dans cet état.',
		noneAtAll: 'Le gestionnaire n’a pas encore d’agent.',
		showAll: 'Tout montrer',
		tooMany: (n: number) => `Les ${count(n)} premiers sont montrés. Cherchez les autres.`,
		notListed: (n: number) =>
			n < 2
				? `${count(n)} agent actif est compté sans être listé.`
				: `${count(n)} agents actifs sont comptés sans être listés.`,
		stale: (n: number, of: number) =>
			of === 1
				? 'Ces chiffres sont anciens.'
				: `Pour ${count(n)} nœuds sur ${count(of)}, ces chiffres sont anciens.`,
		trouble: 'Le gestionnaire Wazuh ne peut pas être interrogé',
		asOf: 'comme c’était',
		failed: 'Les agents n’ont pas pu être lus',
		loading: 'Lecture des agents',
		pressed: (status: string) => `Seulement les agents : ${status.toLowerCase()}`,
	},
});
