import { catalogue } from '$lib/i18n/catalogue';
import { count, plural } from '$lib/number';

/** The words of the machine that a node runs on. */
export const t = catalogue({
	en: {
		title: 'Machine',
		told: (when: string) => `looked at ${when}`,
		unknown: 'The node has not told yet what it runs on. It does so when it starts.',
		host: 'Host',
		model: 'Model',
		inside: 'Inside',
		os: 'System',
		kernel: 'Kernel',
		up: 'Up for',
		cpu: 'Processor',
		cores: (cores: number, threads: number) =>
			cores === threads ? plural(cores, 'core') : `${plural(cores, 'core')}, ${plural(threads, 'thread')}`,
		used: (percent: number) => `${count(percent)} % used`,
		gpu: 'Graphics',
		noGpu: 'none found',
		memory: 'Memory',
		swap: 'Swap',
		noSwap: 'none',
		of: (used: string, whole: string) => `${used} of ${whole}`,
		addresses: 'Local addresses',
		tailnet: 'tailnet',
	},
	fr: {
		title: 'Machine',
		told: (when: string) => `examinée ${when}`,
		unknown: 'Le nœud n’a pas encore dit sur quoi il tourne. Il le fait à son démarrage.',
		host: 'Hôte',
		model: 'Modèle',
		inside: 'Dans',
		os: 'Système',
		kernel: 'Noyau',
		up: 'En marche depuis',
		cpu: 'Processeur',
		cores: (cores: number, threads: number) =>
			cores === threads ? plural(cores, 'cœur') : `${plural(cores, 'cœur')}, ${plural(threads, 'fil')}`,
		used: (percent: number) => `utilisé à ${count(percent)} %`,
		gpu: 'Graphisme',
		noGpu: 'rien trouvé',
		memory: 'Mémoire',
		swap: 'Échange',
		noSwap: 'aucun',
		of: (used: string, whole: string) => `${used} sur ${whole}`,
		addresses: 'Adresses locales',
		tailnet: 'tailnet',
	},
});
