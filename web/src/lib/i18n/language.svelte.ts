export type Language = 'en' | 'fr';

export const languages: { code: Language; name: string }[] = [
	{ code: 'en', name: 'English' },
	{ code: 'fr', name: 'Français' },
];

const key = 'socme-language';

/** The language of the page: the person's choice, or else the browser's first that we speak. */
class LanguageState {
	#code = $state<Language>(stored() ?? preferred());

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

function preferred(): Language {
	const asked = globalThis.navigator?.languages ?? [];
	return asked.map((tag) => known(tag.slice(0, 2).toLowerCase())).find((code) => code !== undefined) ?? 'en';
}

export const language = new LanguageState();
