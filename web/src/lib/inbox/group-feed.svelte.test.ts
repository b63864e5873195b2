import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Alert, Group } from '$lib/api';
import { exampleAlert } from '$lib/alerts/example';
import type { GroupFeed } from './group-feed.svelte';

interface Asked {
	url: URL;
	answer(items: Group[], next?: string | null): void;
	one(group: Group): void;
}

let asked: Asked[];
type Say = (event: string, data: unknown) => void;
let say: Say | undefined;
const told = (): Say | undefined => say;
let feed: GroupFeed;
let stop: () => void;

const group = (id: string, parts: Partial<Group> = {}): Group => ({
	id,
	client: 'Clinic',
	client_id: 'c',
	demo: false,
	rule: { engine: 'suricata', id, name: id },
	source: '192.0.2.1',
	destination: '',
	severity: 'high',
	state: 'open',
	alerts: 1,
	open: 1,
	acknowledged: 0,
	escalated: 0,
	sort_key: id,
	...parts,
});
const alertOf = (id: string): Alert =>
	exampleAlert({
		id: `alert ${id}`,
		rule: { engine: 'suricata', id, name: id },
		source: { address: '192.0.2.1' },
	});
const names = () => feed.rows.map((row) => row.id).join(' ');
const soon = (check: () => void) => vi.waitFor(check, { timeout: 4000, interval: 5 });
const last = () => {
	const one = asked.at(-1);
	if (!one) throw new Error('nothing was asked');
	return one;
};

function fetched(input: Request | string): Promise<Response> {
	const url = new URL(input instanceof Request ? input.url : `http://core${input}`);
	if (url.pathname === '/api/v1/stream') {
		let position = 0;
		const body = new ReadableStream<Uint8Array>({
			start: (stream) =>
				(say = (event, data) =>
					stream.enqueue(
						new TextEncoder().encode(`id: ${++position}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
					)),
		});
		return Promise.resolve(new Response(body));
	}
	return new Promise((resolve) => {
		const json = (body: unknown) =>
			resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } }));
		asked.push({
			url,
			answer: (items, next = null) =>
				json({
					items,
					next,
					as_of: asked.length,
					complete: true,
					count: { groups: items.length, alerts: 9, complete: true },
				}),
			one: (data) => json({ ...data, as_of: asked.length }),
		});
	});
}

// A stream that ends after a test still waits for the browser to be online.
Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });

beforeEach(async () => {
	asked = [];
	say = undefined;
	vi.stubGlobal('location', new URL('http://core/'));
	vi.stubGlobal('navigator', {});
	vi.stubGlobal('fetch', fetched);
	vi.resetModules();
	const { GroupFeed } = await import('./group-feed.svelte');
	feed = new GroupFeed(() => {});
	stop = feed.follow('');
	await soon(() => expect(asked).toHaveLength(1));
	last().answer([group('b'), group('c')]);
	await soon(() => expect(names()).toBe('b c'));
	await soon(() => expect(say).toBeDefined());
	told()?.('hello', {});
	await soon(() => expect(asked).toHaveLength(2)); // what came before the stream began
	last().answer([group('b'), group('c')]);
});
afterEach(() => {
	stop();
	vi.unstubAllGlobals();
});

it('reads the first page again when something came', async () => {
	say?.('alert', alertOf('a'));
	await soon(() => expect(asked).toHaveLength(3));
	last().answer([group('a'), group('b'), group('c')]);
	await soon(() => expect(names()).toBe('a b c'));
	expect(feed.fresh.has('a')).toBe(true);
});

it('keeps the row of a group that nothing came to', async () => {
	const [before] = feed.rows;
	say?.('alert', alertOf('c'));
	await soon(() => expect(asked).toHaveLength(3));
	last().answer([group('b'), group('c', { alerts: 2 })]);
	await soon(() => expect(feed.rows[1]).toMatchObject({ alerts: 2, asOf: 3 }));
	expect(feed.rows[0]).toBe(before);
});

it('moves nothing under who reads: rows change in place, new ones wait', async () => {
	feed.hold = true;
	say?.('alert', alertOf('c'));
	await soon(() => expect(asked).toHaveLength(3));
	last().answer([group('a'), group('c', { alerts: 7, severity: 'critical' })]);
	await soon(() => expect(feed.waiting).toBe('1'));
	expect(names()).toBe('b c');
	expect(feed.rows[1]).toMatchObject({ alerts: 7, severity: 'critical', asOf: 3 });
	const taken = feed.takeIn();
	await soon(() => expect(asked).toHaveLength(4));
	last().answer([group('c'), group('a')]);
	await taken;
	expect([names(), feed.waiting]).toEqual(['c a', '']);
});

it('asks at most once a second, however much comes', async () => {
	for (let i = 0; i < 50; i++) say?.('alert', alertOf(`n${i}`));
	await soon(() => expect(asked).toHaveLength(3));
	last().answer([group('b')]);
	for (let i = 0; i < 50; i++) say?.('alert', alertOf(`m${i}`));
	await new Promise((done) => setTimeout(done, 300));
	expect(asked).toHaveLength(3);
	await soon(() => expect(asked).toHaveLength(4));
});

it('reads what was acted on, and leaves it where it is although the query no longer finds it', async () => {
	const read = feed.refresh(['c']);
	await soon(() => expect(asked).toHaveLength(3));
	expect(last().url.pathname).toBe('/api/v1/groups/c');
	last().one(group('c', { state: 'resolved', open: 0 }));
	await read;
	expect(names()).toBe('b c');
	expect(feed.rows[1]?.state).toBe('resolved');
});

it('reads further pages, each group once', async () => {
	const taken = feed.takeIn();
	await soon(() => expect(asked).toHaveLength(3));
	last().answer([group('b'), group('c')], 'next');
	await taken;
	const more = feed.more();
	await soon(() => expect(last().url.searchParams.get('cursor')).toBe('next'));
	last().answer([group('c'), group('d')]);
	await more;
	expect([names(), feed.complete]).toEqual(['b c d', true]);
});

it('reads nothing while nobody sees the list, and at once when somebody does', async () => {
	feed.shown = false;
	say?.('alert', alertOf('a'));
	await new Promise((done) => setTimeout(done, 1300));
	expect(asked).toHaveLength(2);
	feed.shown = true;
	await soon(() => expect(asked).toHaveLength(3));
	last().answer([group('a'), group('b'), group('c')]);
	await soon(() => expect(names()).toBe('a b c'));
	feed.shown = false;
	feed.shown = true; // nothing came meanwhile
	await new Promise((done) => setTimeout(done, 150));
	expect(asked).toHaveLength(3);
});
