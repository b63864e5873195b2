import { catalogue } from '$lib/i18n/catalogue';

/** The words of the list of clients, and of what is entered of one. */
export const t = catalogue({
	en: { name: 'Name', add: 'Add the client', cancel: 'Cancel' },
	fr: { name: 'Nom', add: 'Ajouter le client', cancel: 'Annuler' },
});
