import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exampleAlert } from './example';
import type { Listener, Wire } from './wire.svelte';

interface Connection {
	queries: string[];
	resumed: string | null;
	say(event: string, id: number, data?: object): void;
}

let connections: Connection[];
let refused: string[];
let wire: Wire;
let heard: string[];
let stops: (() => void)[];

Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });

function fetched(input: Request | string, init?: RequestInit): Promise<Response> {
	const request = input instanceof Request ? input : new Request(`http://core${input}`, init);
	const url = new URL(request.url);
	const queries = url.searchParams.getAll('query');
	const wrong = queries.some((query) => refused.includes(query));
	if (url.pathname !== '/api/v1/stream' || wrong)
		return Promise.resolve(
			new Response('{}', { status: wrong ? 422 : 200, headers: { 'Content-Type': 'application/json' } }),
		);
	const body = new ReadableStream<Uint8Array>({
		start(stream) {
			const say: Connection['say'] = (event, id, data = {}) =>
				stream.enqueue(
					new TextEncoder().encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
				);
			connections.push({ queries, resumed: request.headers.get('Last-Event-ID'), say });
			request.signal.addEventListener('abort', () => stream.error(new Error('aborted')));
		},
	});
	return Promise.resolve(new Response(body));
}

beforeEach(async () => {
	connections = [];
	refused = [];
	heard = [];
	stops = [];
	vi.stubGlobal('location', new URL('http://core/'));
	vi.stubGlobal('navigator', {}); // without locks the tab has a stream of its own
	vi.stubGlobal('fetch', fetched);
	vi.resetModules();
	({ wire } = await import('./wire.svelte'));
});
afterEach(() => {
	for (const stop of stops) stop();
	vi.unstubAllGlobals();
});

function listen(query: string): () => void {
	const listener: Listener = {
		query,
		onalert: (alert) => heard.push(`${query} ${alert.id}`),
		ongap: () => heard.push(`${query} gap`),
		onsignedout: () => heard.push(`${query} out`),
	};
	const stop = wire.listen(listener);
	stops.push(stop);
	return stop;
}
const soon = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 });

it('reads several queries in one connection, and gives each listener what fits', async () => {
	listen('a');
	listen('b');
	await soon(() => expect(connections.at(-1)?.queries).toEqual(['a', 'b']));
	const connection = connections.at(-1);
	connection?.say('hello', 7);
	await soon(() => expect(heard).toEqual(['a gap', 'b gap']));
	connection?.say('alert', 8, { ...exampleAlert({ id: 'x' }), matches: [1] });
	connection?.say('alert', 9, { ...exampleAlert({ id: 'y' }), matches: [0, 1] });
	await soon(() => expect(heard.slice(2)).toEqual(['b x', 'a y', 'b y']));
});

it('goes on where it was when one more is asked for, and only that one has a gap', async () => {
	listen('a');
	await soon(() => expect(connections).toHaveLength(1));
	connections[0]?.say('hello', 7);
	connections[0]?.say('alert', 9, exampleAlert({ id: 'x' }));
	await soon(() => expect(heard).toEqual(['a gap', 'a x']));
	listen('b');
	await soon(() => expect(connections).toHaveLength(2));
	expect(connections[1]).toMatchObject({ queries: ['a', 'b'], resumed: '9' });
	connections[1]?.say('hello', 9);
	await soon(() => expect(heard.slice(2)).toEqual(['b gap']));
});

it('does not connect anew for what it reads already', async () => {
	listen('a');
	await soon(() => expect(connections).toHaveLength(1));
	connections[0]?.say('hello', 7);
	await soon(() => expect(heard).toEqual(['a gap']));
	listen('a');
	await soon(() => expect(heard).toEqual(['a gap', 'a gap']));
	expect(connections).toHaveLength(1);
});

it('leaves out a query that the core cannot read, and reads the others', async () => {
	refused = ['wrong:'];
	listen('a');
	listen('wrong:');
	await soon(() => expect(connections.at(-1)?.queries).toEqual(['a']));
	expect([wire.refused('wrong:'), wire.refused('a')]).toEqual([true, false]);
});
