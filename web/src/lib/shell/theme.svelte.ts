export type Theme = 'system' | 'light' | 'dark';

const key = 'socme-theme'; // theme.js reads it too, before the first paint

/** Light or dark, as the person or the system wants it. */
class ThemeState {
	#choice = $state<Theme>(stored());

	get choice(): Theme {
		return this.#choice;
	}

	choose(theme: Theme): void {
		this.#choice = theme;
		try {
			localStorage.setItem(key, theme);
		} catch {
			// Storage can be forbidden; the choice then lasts as long as the page.
		}
		this.#apply();
	}

	/** Follows the system's theme. Returns its own stop. */
	follow(): () => void {
		const system = matchMedia('(prefers-color-scheme: dark)');
		const apply = () => this.#apply();
		system.addEventListener('change', apply);
		return () => system.removeEventListener('change', apply);
	}

	#apply(): void {
		const system = matchMedia('(prefers-color-scheme: dark)').matches;
		const dark = this.#choice === 'dark' || (this.#choice === 'system' && system);
		document.documentElement.classList.toggle('dark', dark);
	}
}

function stored(): Theme {
	try {
		const value = localStorage.getItem(key);
		return value === 'light' || value === 'dark' ? value : 'system';
	} catch {
		return 'system';
	}
}

export const theme = new ThemeState();
