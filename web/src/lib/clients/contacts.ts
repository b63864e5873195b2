import type { Contact } from '$lib/api';

/** A contact as it is being typed: nothing is absent. */
export interface Entered {
	name: string;
	mail: string;
	phone: string;
	note: string;
}

/** A contact in which nothing was typed yet. */
export function blank(): Entered {
	return { name: '', mail: '', phone: '', note: '' };
}

/** How many the core takes. */
export const most = 20;

/** The contacts in which something was typed, with what was typed alone. */
export function given(entered: readonly Entered[]): Contact[] {
	return entered
		.filter((contact) => Object.values(contact).some((text) => text.trim() !== ''))
		.map(({ name, mail, phone, note }) => ({
			name: name.trim(),
			mail: mail.trim() || undefined,
			phone: phone.trim() || undefined,
			note: note.trim() || undefined,
		}));
}
