import { language } from './language.svelte';

/** A text, or a function that makes one of what it is given, or a group of them. */
type Words = { [key: string]: string | ((...given: never[]) => string) | Words };

/** The same keys, with texts and functions of another language. */
type Same<W> = {
	[K in keyof W]: W[K] extends string
		? string
		: W[K] extends (...given: infer G) => string
			? (...given: G) => string
			: Same<W[K]>;
};

/**
 * The words of one part of the page in both languages. A key that one of them lacks is an
 * error of types; a key that nothing uses fails `npm run check` (tools/words.mjs). Reading a
 * word follows the language: what shows it changes with it.
 *
 *     const t = catalogue({ en: { hello: 'Hello' }, fr: { hello: 'Bonjour' } });
 *     t.hello
 */
export function catalogue<W extends Words>(words: { en: W; fr: Same<W> }): W {
	return new Proxy(words.en, {
		get: (_, key: string) => (language.code === 'fr' ? words.fr : words.en)[key],
	});
}
