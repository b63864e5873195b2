import { catalogue } from '$lib/i18n/catalogue';

/** The words of the dialogue that hands out a proof of delivery. */
export const t = catalogue({
	en: {
		button: 'Proof of delivery',
		title: (name: string) => `Proof of delivery of ${name}`,
		text: 'A file with every record that the core took in a span of time, and the heads that the node signed. Whoever has it can check it without this core.',
		time: 'Time',
		span: { day: 'Last 24 hours', week: 'Last 7 days', month: 'Last 30 days', other: 'From, until' },
		from: 'From, your time',
		until: 'Until; now if it is empty',
		raw: "With the sensors' own lines, as far as the core still holds them",
		check: 'Then check it, anywhere that socme is:',
		copy: (text: string) => `Copy: ${text}`,
		close: 'Close',
		download: 'Download',
		noStart: 'Choose when it begins',
		noEnd: 'The end is no time',
		turned: 'It ends before it begins',
	},
	fr: {
		button: 'Preuve de livraison',
		title: (name: string) => `Preuve de livraison de ${name}`,
		text: 'Un fichier avec chaque enregistrement que le cœur a pris pendant une période, et les têtes que le nœud a signées. Qui le détient peut le vérifier sans ce cœur.',
		time: 'Période',
		span: {
			day: 'Dernières 24 heures',
			week: '7 derniers jours',
			month: '30 derniers jours',
			other: 'Du, au',
		},
		from: 'Du, à votre heure',
		until: 'Au ; maintenant si vide',
		raw: 'Avec les lignes des sondes, tant que le cœur les détient encore',
		check: 'Puis vérifiez-le, partout où se trouve socme :',
		copy: (text: string) => `Copier : ${text}`,
		close: 'Fermer',
		download: 'Télécharger',
		noStart: 'Choisissez le début',
		noEnd: 'La fin n’est pas une date',
		turned: 'La fin précède le début',
	},
});
