import { language } from '$lib/i18n/language.svelte';
import { label } from './words';

let french = $state.raw<Readonly<Record<string, string>>>();

/** Reads the French names, which are many, before the first alert is shown in French. */
function need(): void {
	void import('./field-names.fr').then(({ names }) => (french = names)).catch(() => {}); // English stays
}

/**
 * The name of a detail as a label, in the reader's language: "process sha256" is "SHA256 du
 * processus". The API has the English name, and so has a field that only its sensor names.
 */
export function fieldName(name: string): string {
	if (language.code !== 'fr') return label(name);
	if (!french) need();
	return french?.[name] ?? label(name);
}
