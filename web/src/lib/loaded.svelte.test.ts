import { expect, it } from 'vitest';
import type { Result } from './api';
import { Loaded } from './loaded.svelte';

const good = (data: string): Result<string> => ({ data, problem: undefined, response: new Response() });

it('is known by the read that is under way, and by one of its own where there is none', async () => {
	let reads = 0;
	const loaded = new Loaded(() => Promise.resolve(good(`read ${++reads}`)));
	void loaded.load();
	await Promise.all([loaded.known(), loaded.known()]);
	expect([loaded.data, reads]).toEqual(['read 1', 1]);
	await loaded.known();
	expect(reads).toBe(1);

	const other = new Loaded(() => Promise.resolve(good('here')));
	await other.known();
	expect(other.data).toBe('here');
});

it('is known by the newest answer when it is asked again meanwhile', async () => {
	const answers: ((result: Result<string>) => void)[] = [];
	const loaded = new Loaded(() => new Promise<Result<string>>((answer) => answers.push(answer)));
	void loaded.load();
	const known = loaded.known();
	void loaded.load();
	answers[0]?.(good('old'));
	answers[1]?.(good('new'));
	await known;
	expect(loaded.data).toBe('new');
});
