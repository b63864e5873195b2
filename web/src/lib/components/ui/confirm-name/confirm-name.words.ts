import { catalogue } from '$lib/i18n/catalogue';

export const t = catalogue({
	en: { type: (name: string) => `Type ${name} to go on`, cancel: 'Cancel' },
	fr: { type: (name: string) => `Saisissez ${name} pour continuer`, cancel: 'Annuler' },
});
