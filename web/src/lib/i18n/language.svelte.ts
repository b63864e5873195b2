export type Language = 'en' | 'fr';

export const languages: { code: Language; name: string }[] = [
	{ code: 'en', name: 'English' },
	{ code: 'fr', name: 'Français' },
];

const key = 'socme-language';

/**
 * The language of the page: the person's choice, or else English. The browser's own language
 * will decide once every page speaks both; until then it would mix them.
 */
class LanguageState {
	#code = $state<Language>(stored() ?? 'en');

	get code(): Language {
		return this.#code;
	}

	choose(code: Language): void {
		this.#code = code;
		try {
			localStorage.setItem(key, code);
		} catch {
			// Storage can be forbidden; the choice then lasts as long as the page.
		}
		this.tell();
	}

	/** Tells the document, for readers and hyphenation. */
	tell(): void {
		document.documentElement.lang = this.#code;
	}
}

function known(code: string | null | undefined): Language | undefined {
	return languages.find((language) => language.code === code)?.code;
}

function stored(): Language | undefined {
	try {
		return known(localStorage.getItem(key));
	} catch {
		return undefined; // storage can be forbidden
	}
}

export const language = new LanguageState();
