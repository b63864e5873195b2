import { catalogue } from '$lib/i18n/catalogue';
import { count, plural } from '$lib/number';

export const t = catalogue({
	en: {
		required: 'This is needed.',
		minLength: (n: number) => `At least ${plural(n, 'character')}.`,
		maxLength: (n: number, has: number) => `At most ${plural(n, 'character')}; these are ${count(has)}.`,
		choice: 'Choose one of the list.',
		pattern: 'This is not written as it must be.',
		email: 'An address with an @ is needed.',
		uri: 'A whole address is needed, such as https://example.org.',
		number: 'A number is needed.',
		minimum: (n: number) => `At least ${count(n)}.`,
		maximum: (n: number) => `At most ${count(n)}.`,
		optional: 'optional',
		saved: 'Saved',
	},
	fr: {
		required: 'Ce champ est obligatoire.',
		minLength: (n: number) => `Au moins ${plural(n, 'caractère')}.`,
		maxLength: (n: number, has: number) => `${plural(n, 'caractère')} au plus ; il y en a ${count(has)}.`,
		choice: 'Choisissez dans la liste.',
		pattern: 'La forme n’est pas celle attendue.',
		email: 'Il faut une adresse avec un @.',
		uri: 'Il faut une adresse complète, par exemple https://example.org.',
		number: 'Il faut un nombre.',
		minimum: (n: number) => `Au moins ${count(n)}.`,
		maximum: (n: number) => `${count(n)} au plus.`,
		optional: 'facultatif',
		saved: 'Enregistré',
	},
});
