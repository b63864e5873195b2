import { catalogue } from './i18n/catalogue';

export const t = catalogue({
	en: {
		unreachable: 'The core cannot be reached.',
		answered: (status: number) => `The core answered ${status}.`,
	},
	fr: {
		unreachable: 'Le core est injoignable.',
		answered: (status: number) => `Le core a répondu ${status}.`,
	},
});
