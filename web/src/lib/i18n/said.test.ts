import { afterEach, expect, test, vi } from 'vitest';
import { language } from './language.svelte';
import { said } from './said';

vi.stubGlobal('document', { documentElement: { lang: 'en' } });
afterEach(() => language.choose('en'));

test('the core is heard in the language of the page', () => {
	expect(said('It exists already.')).toBe('It exists already.');
	language.choose('fr');
	expect(said('It exists already.')).toBe('Cela existe déjà.');
});
test('what is not known stays as it came', () => {
	language.choose('fr');
	expect(said('There is no client "acme".')).toBe('There is no client "acme".');
});
