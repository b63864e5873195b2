import { afterEach, expect, test, vi } from 'vitest';
import { catalogue } from './catalogue';
import { language } from './language.svelte';

const t = catalogue({
	en: { hello: 'Hello', alerts: (n: number) => `${n} alerts`, state: { open: 'Open' } },
	fr: { hello: 'Bonjour', alerts: (n: number) => `${n} alertes`, state: { open: 'Ouverte' } },
});

vi.stubGlobal('document', { documentElement: { lang: 'en' } });
afterEach(() => language.choose('en'));

test('words follow the language', () => {
	expect([t.hello, t.alerts(2), t.state.open]).toEqual(['Hello', '2 alerts', 'Open']);
	language.choose('fr');
	expect([t.hello, t.alerts(2), t.state.open]).toEqual(['Bonjour', '2 alertes', 'Ouverte']);
	expect(document.documentElement.lang).toBe('fr');
});

test('a language must have every key of the other', () => {
	// @ts-expect-error fr lacks hello
	catalogue({ en: { hello: 'Hello' }, fr: {} });
	// @ts-expect-error fr has one too many
	catalogue({ en: { hello: 'Hello' }, fr: { hello: 'Bonjour', bye: 'Au revoir' } });
	expect(true).toBe(true);
});
