import { expect, test } from 'vitest';
import { token } from './token';

const made = (cores: unknown) =>
	token({
		token: `socme-node-${btoa(JSON.stringify({ c: cores, a: 'ab', s: 'secret' })).replace(/=+$/, '')}`,
		expires_time: '2026-10-13T15:00:00Z',
	});

test.each([
	['https://core.example:8443', false],
	['https://127.0.0.1:40123', true],
	['https://[::1]:40123', true],
	['https://localhost:1', true],
	['https://127.example:8443', false],
])('a token of %s says whether others reach it', (door, local) =>
	expect(made([door])).toMatchObject({ door, local }),
);

test.each([[[]], ['x'], [[7]]])('a token with %j for cores says nothing of them', (cores) =>
	expect(made(cores)).toMatchObject({ door: '', local: false }),
);

test('a token that cannot be read is shown all the same', () =>
	expect(token({ token: 'socme-node-2-é', expires_time: '' })).toMatchObject({
		text: 'socme-node-2-é',
		door: '',
	}));
