import { expect, test, vi } from 'vitest';
import { language } from '$lib/i18n/language.svelte';
import { fieldName } from './field-names.svelte';

vi.stubGlobal('document', { documentElement: { lang: 'en' } });

test('a field has its name in the language of the reader', async () => {
	expect(fieldName('process sha256')).toBe('Process sha256');
	language.choose('fr');
	await expect.poll(() => fieldName('process sha256')).toBe('SHA256 du processus');
	expect(fieldName('a name of tomorrow'), 'what is not known stays English').toBe('A name of tomorrow');
	language.choose('en');
});
