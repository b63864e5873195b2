import { expect, test } from 'vitest';
import { blank, given } from './contacts';

test('only what was typed is a contact, and of it only that', () =>
	expect(
		given([
			blank(),
			{ name: ' Ada ', mail: '', phone: ' +33 1 ', note: '' },
			{ ...blank(), name: '  ' },
			{ ...blank(), mail: 'soc@clinic.example' },
		]),
	).toEqual([
		{ name: 'Ada', mail: undefined, phone: '+33 1', note: undefined },
		{ name: '', mail: 'soc@clinic.example', phone: undefined, note: undefined },
	]));
