import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '$lib/api';
import type { AlertFeed } from './alert-feed.svelte';
import { exampleAlert } from './example';

const hex = (n: number) => n.toString(16).padStart(32, '0');
// The order of the ids is not that of the list: only the sort key has it.
const alert = (n: number, parts: Partial<Alert> = {}): Alert =>
	exampleAlert({
		id: hex(0xffff - n),
		sort_key: hex(n),
		rule: { engine: 'suricata', id: '1', name: `${n}` },
		...parts,
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

// A stream that ends after a test still waits for the browser to be online.
Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });

beforeEach(async () => {
	core = new FakeCore();
	vi.stubGlobal('location', new URL('http://core/'));
	vi.stubGlobal('navigator', {}); // without locks each feed has a stream of its own
	vi.stubGlobal('fetch', core.fetch);
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

/** A live feed that shows 9 8 7 and has more. */
async function paged(): Promise<void> {
	stop = feed.follow('');
	await soon(() => expect(core.resumed).toHaveLength(1));
	core.say('hello', '10', { position: 10 });
	await soon(() => expect(core.lists).toHaveLength(2));
	core.list.answer(alerts(9, 7), hex(7));
	await soon(() => expect(names()).toBe('9 8 7'));
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
		core.list.answer(alerts(60, 11), hex(11)); // nothing of it is known: there is a gap
		await soon(() => expect(feed.waiting).toBe('52+'));
		const taken = feed.takeIn(); // reads anew instead of showing a list with a hole
		await soon(() => expect(core.lists).toHaveLength(5));
		core.list.answer(alerts(60, 11), hex(11));
		await taken;
		expect(feed.rows[0]?.rule.name).toBe('60');
		expect(feed.rows.at(-1)?.rule.name).toBe('11');
	});

	it('reads older pages, and leaves late alerts to the page that will hold them', async () => {
		await paged();
		core.say('alert', '11', alert(2));
		core.say('alert', '12', alert(10));
		await soon(() => expect(names()).toBe('10 9 8 7'));
		const more = feed.more();
		expect(core.list.url.searchParams.get('cursor')).toBe(hex(7));
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

	it('replaces a row in its place when its alert comes again', async () => {
		await live();
		core.say('alert', '11', alert(2, { severity: 'critical', witnesses: 1 }));
		await soon(() => expect(feed.rows[1]?.severity).toBe('critical'));
		expect(names()).toBe('3 2 1');
		expect(feed.fresh.size).toBe(0); // it did not just arrive
	});

	it('replaces it also under somebody who reads, and counts nothing as new', async () => {
		await live();
		feed.hold = true;
		const top = feed.rows[0];
		core.say('alert', '11', alert(2, { state: 'resolved', resolution: 'the node was heard again' }));
		await soon(() => expect(feed.rows[1]?.state).toBe('resolved'));
		expect(names()).toBe('3 2 1');
		expect(feed.rows[0]).toBe(top);
		expect(feed.waiting).toBe('');
	});

	it('moves a row only when its sort key changed, and never under somebody who reads', async () => {
		await live();
		const moved = alert(1, { sort_key: hex(9) });
		feed.hold = true;
		core.say('alert', '11', moved);
		await soon(() => expect(feed.waiting).toBe('1'));
		expect(names()).toBe('3 2 1');
		await feed.takeIn();
		expect(names()).toBe('1 3 2');
	});

	it('shows the newest of an alert that waits', async () => {
		await live();
		feed.hold = true;
		core.say('alert', '11', alert(4));
		core.say('alert', '12', alert(4, { severity: 'critical' }));
		await soon(() => expect(feed.waiting).toBe('1'));
		core.say('alert', '13', alert(4, { severity: 'critical', witnesses: 2 }));
		core.say('alert', '14', alert(5));
		await soon(() => expect(feed.waiting).toBe('2'));
		await feed.takeIn();
		expect(feed.rows[1]).toMatchObject({ severity: 'critical', witnesses: 2 });
	});

	it('takes a change that came while the first page was being read', async () => {
		stop = feed.follow('');
		await soon(() => expect(core.resumed).toHaveLength(1));
		core.say('hello', '10', { position: 10 });
		await soon(() => expect(core.lists).toHaveLength(2));
		core.say('alert', '11', alert(2, { severity: 'critical' }));
		await new Promise((done) => setTimeout(done, 250));
		core.list.answer(alerts(3, 1)); // read before the change was committed
		await soon(() => expect(names()).toBe('3 2 1'));
		expect(feed.rows[1]?.severity).toBe('critical');
	});

	it('takes what came for a further page while that was being read, but not what is new', async () => {
		await paged();
		feed.hold = true;
		const more = feed.more();
		core.say('alert', '11', alert(4, { severity: 'critical' }));
		core.say('alert', '12', alert(10));
		await soon(() => expect(feed.waiting).toBe('1'));
		core.list.answer(
			[6, 4, 3].map((n) => alert(n)),
			hex(3),
		);
		await more;
		expect(names()).toBe('9 8 7 6 4 3');
		expect(feed.rows[4]?.severity).toBe('critical');
		expect(feed.waiting).toBe('1');
	});

	it('adds no further page of the old list to one that was read anew', async () => {
		await paged();
		core.say('reset', '40', {}); // not held: it begins anew
		await soon(() => expect(core.lists).toHaveLength(3));
		const anew = core.list;
		const more = feed.more();
		const old = core.list;
		anew.answer(alerts(30, 28), hex(28));
		await soon(() => expect(names()).toBe('30 29 28'));
		old.answer(alerts(6, 1));
		await more;
		expect(names()).toBe('30 29 28');
		expect(feed.complete).toBe(false);
	});

	it('shows changes that were missed to somebody who reads', async () => {
		await live();
		feed.hold = true;
		core.say('reset', '40', {});
		await soon(() => expect(core.lists).toHaveLength(3));
		core.list.answer([alert(4), alert(3), alert(2, { state: 'resolved' }), alert(1)]);
		await soon(() => expect(feed.waiting).toBe('1'));
		expect(names()).toBe('3 2 1');
		expect(feed.rows[1]?.state).toBe('resolved');
	});
});
