import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '$lib/api';
import type { AlertFeed } from './alert-feed.svelte';

const alert = (n: number): Alert => ({
	id: n.toString(16).padStart(32, '0'),
	client: 'Clinic',
	client_id: 'c',
	node: 'n',
	node_id: 'n',
	demo: false,
	severity: 'low',
	rule: { engine: 'suricata', id: '1', name: `${n}` },
	source: {},
	destination: {},
	received_time: '2026-01-01T00:00:00Z',
	raw_sha256: '',
	raw_size: 0,
});
const alerts = (newest: number, oldest: number) =>
	Array.from({ length: newest - oldest + 1 }, (_, i) => alert(newest - i));

/** A core that answers when the test says so. */
class FakeCore {
	lists: { url: URL; answer(items: Alert[], next?: string | null): void; fail(status: number): void }[] = [];
	#stream: ReadableStreamDefaultController<Uint8Array> | undefined;
	/** The Last-Event-ID of every connection, in order. */
	resumed: (string | null)[] = [];

	fetch = (input: Request | string, init?: RequestInit): Promise<Response> => {
		const request = new Request(input instanceof Request ? input : `http://core${input}`, init);
		const url = new URL(request.url);
		if (url.pathname === '/api/v1/stream') {
			this.resumed.push(request.headers.get('Last-Event-ID'));
			const body = new ReadableStream<Uint8Array>({ start: (stream) => void (this.#stream = stream) });
			return Promise.resolve(new Response(body));
		}
		return new Promise((resolve) => {
			const json = (status: number, body: unknown) =>
				resolve(
					new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }),
				);
			this.lists.push({
				url,
				answer: (items, next = null) => json(200, { items, next }),
				fail: (status) => json(status, { status, detail: 'no' }),
			});
		});
	};

	say(event: string, id: string, data: unknown): void {
		this.#stream?.enqueue(
			new TextEncoder().encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
		);
	}
	hangUp(): void {
		this.#stream?.close();
	}
	/** The list that was asked for last. */
	get list() {
		const last = this.lists.at(-1);
		if (!last) throw new Error('no list was asked for');
		return last;
	}
}

let core: FakeCore;
let feed: AlertFeed;
let stop: (() => void) | undefined;

const names = () => feed.rows.map((row) => row.rule.name).join(' ');
const soon = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 });

beforeEach(async () => {
	core = new FakeCore();
	vi.stubGlobal('location', new URL('http://core/'));
	vi.stubGlobal('navigator', {}); // without locks each feed has a stream of its own
	vi.stubGlobal('fetch', core.fetch);
	vi.stubGlobal('addEventListener', () => {});
	vi.stubGlobal('removeEventListener', () => {});
	vi.resetModules();
	const { AlertFeed } = await import('./alert-feed.svelte');
	feed = new AlertFeed(() => {});
});
afterEach(() => {
	stop?.();
	vi.unstubAllGlobals();
});

/** A feed that shows 3 2 1 and is live. */
async function live(): Promise<void> {
	stop = feed.follow('');
	await soon(() => expect(core.resumed).toHaveLength(1));
	core.say('hello', '10', { position: 10 });
	await soon(() => expect(core.lists).toHaveLength(2)); // what came before the stream began
	core.list.answer(alerts(3, 1));
	await soon(() => expect(names()).toBe('3 2 1'));
}

describe('AlertFeed', () => {
	it('shows what the stream brings on top', async () => {
		await live();
		core.say('alert', '11', alert(4));
		await soon(() => expect(names()).toBe('4 3 2 1'));
		expect(feed.fresh.has(alert(4).id)).toBe(true);
	});

	it('does not lose what comes while a page is being read', async () => {
		stop = feed.follow('');
		await soon(() => expect(core.resumed).toHaveLength(1));
		core.say('hello', '10', { position: 10 });
		await soon(() => expect(core.lists).toHaveLength(2));
		core.say('alert', '11', alert(4));
		await soon(() => expect(feed.stream.state).toBe('live'));
		await new Promise((done) => setTimeout(done, 250)); // longer than the feed waits to redraw
		core.list.answer(alerts(3, 1)); // read before 4 was committed
		await soon(() => expect(names()).toBe('4 3 2 1'));
	});

	it('lets new ones wait while somebody reads, each once', async () => {
		await live();
		feed.hold = true;
		core.say('alert', '11', alert(4));
		core.say('alert', '12', alert(5));
		core.say('alert', '12', alert(5));
		await soon(() => expect(feed.waiting).toBe('2'));
		expect(names()).toBe('3 2 1');
		await feed.takeIn();
		expect(names()).toBe('5 4 3 2 1');
		expect(feed.waiting).toBe('');
	});

	it('resumes at its place, and asks again only when told that something was missed', async () => {
		await live();
		core.say('alert', '11', alert(4));
		await soon(() => expect(names()).toBe('4 3 2 1'));
		core.hangUp();
		await soon(() => expect(core.resumed).toEqual([null, '11']));
		const lists = core.lists.length;
		core.say('hello', '11', { position: 11 });
		core.say('alert', '12', alert(5));
		await soon(() => expect(names()).toBe('5 4 3 2 1'));
		expect(core.lists).toHaveLength(lists);
		core.say('reset', '40', {});
		await soon(() => expect(core.lists).toHaveLength(lists + 1));
		core.list.answer(alerts(9, 1));
		await soon(() => expect(names()).toBe('9 8 7 6 5 4 3 2 1'));
	});

	it('keeps the rows and the place of somebody who reads when something was missed', async () => {
		await live();
		feed.hold = true;
		core.say('reset', '40', {});
		await soon(() => expect(core.lists).toHaveLength(3));
		core.list.answer(alerts(5, 1));
		await soon(() => expect(feed.waiting).toBe('2'));
		expect(names()).toBe('3 2 1');
		core.say('reset', '90', {});
		await soon(() => expect(core.lists).toHaveLength(4));
		core.list.answer(alerts(60, 11), alert(11).id); // nothing of it is known: there is a gap
		await soon(() => expect(feed.waiting).toBe('52+'));
		const taken = feed.takeIn(); // reads anew instead of showing a list with a hole
		await soon(() => expect(core.lists).toHaveLength(5));
		core.list.answer(alerts(60, 11), alert(11).id);
		await taken;
		expect(feed.rows[0]?.rule.name).toBe('60');
		expect(feed.rows.at(-1)?.rule.name).toBe('11');
	});

	it('reads older pages, and leaves late alerts to the page that will hold them', async () => {
		stop = feed.follow('');
		await soon(() => expect(core.resumed).toHaveLength(1));
		core.say('hello', '10', { position: 10 });
		await soon(() => expect(core.lists).toHaveLength(2));
		core.list.answer(alerts(9, 7), alert(7).id);
		await soon(() => expect(names()).toBe('9 8 7'));
		core.say('alert', '11', alert(2));
		core.say('alert', '12', alert(10));
		await soon(() => expect(names()).toBe('10 9 8 7'));
		const more = feed.more();
		expect(core.list.url.searchParams.get('cursor')).toBe(alert(7).id);
		core.list.answer(alerts(6, 1));
		await more;
		expect(names()).toBe('10 9 8 7 6 5 4 3 2 1');
		expect(feed.complete).toBe(true);
	});

	it('takes no answer to an earlier question', async () => {
		stop = feed.follow('old');
		await soon(() => expect(core.lists).toHaveLength(1));
		const old = core.list;
		stop();
		stop = feed.follow('new');
		await soon(() => expect(core.list.url.searchParams.get('query')).toBe('new'));
		core.list.answer(alerts(2, 2));
		await soon(() => expect(names()).toBe('2'));
		old.answer(alerts(9, 9));
		await new Promise((done) => setTimeout(done, 20));
		expect(names()).toBe('2');
	});

	it('says what went wrong, and works again after a retry', async () => {
		stop = feed.follow('');
		await soon(() => expect(core.lists).toHaveLength(1));
		core.list.fail(500);
		await soon(() => expect(feed.problem?.status).toBe(500));
		const again = feed.reload();
		core.list.answer(alerts(1, 1));
		await again;
		expect(names()).toBe('1');
		expect(feed.problem).toBeUndefined();
	});
});
