import { api, ask, type Alert } from '$lib/api';
import { Messages } from './sse';

export type StreamState = 'connecting' | 'live' | 'lost' | 'ended';

/** Who listens to alerts that match a query. */
export interface Listener {
	query: string;
	/** A new alert that matches the query, or one that has changed. */
	onalert(alert: Alert): void;
	/** Something may have been missed: ask again. */
	ongap(): void;
	/** Nobody is signed in any more. */
	onsignedout(): void;
}

/** What tabs tell each other. `to` is the queries that it is about. */
type Shared =
	| { kind: 'want'; tab: string; queries: string[] }
	| { kind: 'who' }
	| { kind: 'retry' }
	| { kind: 'signed-out' }
	| {
			kind: 'state';
			state: StreamState;
			since: number;
			retryAt: number;
			position: string;
			greeted: string[];
			refused: string[];
	  }
	| { kind: 'gap'; to: string[] }
	| { kind: 'alert'; alert: Alert; to: string[]; position: string };

const name = 'socme stream';
const silence = 40_000; // ms; the core says something every 15 s
const longestWait = 15_000; // ms between two tries
const most = 32; // queries of one stream: the core takes no more
const calm = 1000; // ms since the page began to load: until then the line is for what it draws
const settle = 30; // ms; what is asked for within it is one connection

/**
 * The one live stream of this browser. Every tab says which queries it wants; the tab that
 * holds the browser's lock reads one stream of them all and tells the others, and when it
 * closes the next one resumes at the same place. Where the browser has no locks (plain http
 * from another machine) each tab reads its own.
 */
export class Wire {
	#state = $state<StreamState>('connecting');
	#since = $state(0);
	#retryAt = $state(0);
	#position = '';
	#listeners = new Set<Listener>();
	#tab = Math.random().toString(36).slice(2);
	#channel: BroadcastChannel | undefined;
	#leads = false;
	#alive = false; // the tab's own lock says so
	#wants = new Map<string, string[]>(); // what other tabs want, by tab
	#reads: string[] = []; // the queries of the connection
	#greeted: string[] = []; // those of them whose stream has begun
	#refused = $state.raw<readonly string[]>([]); // queries that the core cannot read
	#connection: AbortController | undefined;
	#changing: ReturnType<typeof setTimeout> | undefined;
	#tryNow: () => void = () => {};

	get state(): StreamState {
		return this.#state;
	}
	/** Since when the stream is lost, in ms since 1970. */
	get since(): number {
		return this.#since;
	}
	/** When the next try begins, in ms since 1970. */
	get retryAt(): number {
		return this.#retryAt;
	}

	/** Listens until the returned function is called. */
	listen(listener: Listener): () => void {
		this.#join();
		this.#listeners.add(listener);
		this.#want();
		// Its stream may be there already: then nothing else says that it begins.
		if (this.#leads && this.#streams(listener.query)) queueMicrotask(() => listener.ongap());
		return () => {
			this.#listeners.delete(listener);
			this.#want();
		};
	}

	/** Whether a query is none that the core can read: then nothing will come. */
	refused(query: string): boolean {
		return this.#refused.includes(query);
	}

	/** Tries at once instead of waiting. */
	retry(): void {
		this.#tryNow();
		if (!this.#leads) this.#tell({ kind: 'retry' });
	}

	#queries(): string[] {
		return [...new Set([...this.#listeners].map((listener) => listener.query))];
	}

	#streams(query: string): boolean {
		return this.#state === 'live' && this.#greeted.includes(query);
	}

	/** Becomes one of the tabs, once. */
	#join(): void {
		if (this.#channel || this.#leads) return;
		const lead = () => {
			this.#leads = true;
			this.#tell({ kind: 'who' });
			return this.#lead();
		};
		if (!('locks' in navigator)) return void lead();
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = ({ data }: MessageEvent<Shared>) => this.#hear(data);
		this.#tell({ kind: 'who' });
		// As long as the tab lives. Nothing is asked for before: who leads takes a tab without
		// its lock for one that is gone.
		void navigator.locks.request(`${name} of ${this.#tab}`, () => {
			this.#alive = true;
			this.#want();
			return new Promise(() => {});
		});
		void navigator.locks.request(name, lead);
	}

	#tell(message: Shared): void {
		this.#channel?.postMessage(message);
	}

	#want(): void {
		if (this.#alive) this.#tell({ kind: 'want', tab: this.#tab, queries: this.#queries() });
		if (this.#leads) this.#change();
	}

	#hear(message: Shared): void {
		switch (message.kind) {
			case 'who':
				this.#want();
				if (this.#leads) this.#announce();
				return;
			case 'want':
				if (this.#leads) this.#serve(message.tab, message.queries);
				return;
			case 'retry':
				return this.#tryNow();
			case 'signed-out':
				return this.#listeners.forEach((listener) => listener.onsignedout());
			case 'gap':
				return this.#gap(message.to);
			case 'alert':
				this.#position = message.position;
				return this.#give(message.alert, message.to);
			case 'state':
				if (this.#leads) return;
				this.#greeted = message.greeted;
				this.#refused = message.refused;
				this.#state = message.state;
				this.#since = message.since;
				this.#retryAt = message.retryAt;
				this.#position = message.position;
		}
	}

	/** Takes note of what another tab wants, until that tab is gone. */
	#serve(tab: string, queries: string[]): void {
		if (!this.#wants.has(tab)) {
			void navigator.locks.request(`${name} of ${tab}`, () => {
				this.#wants.delete(tab);
				this.#change();
			});
		}
		const before = this.#wants.get(tab) ?? [];
		this.#wants.set(tab, queries);
		this.#announce();
		const there = queries.filter((query) => this.#streams(query) && !before.includes(query));
		if (there.length > 0) this.#tell({ kind: 'gap', to: there });
		this.#change();
	}

	/** Connects anew where the queries that are wanted are others than those that are read. */
	#change(): void {
		this.#changing ??= setTimeout(() => {
			this.#changing = undefined;
			const wanted = this.#wanted();
			if (wanted.length > 0 && wanted.every((query) => this.#reads.includes(query))) return;
			this.#connection?.abort();
			this.#tryNow();
		}, settle);
	}

	#wanted(): string[] {
		const all = new Set([...this.#queries(), ...[...this.#wants.values()].flat()]);
		return [...all].filter((query) => !this.#refused.includes(query)).slice(0, most);
	}

	#announce(): void {
		this.#tell({
			kind: 'state',
			state: this.#state,
			since: this.#since,
			retryAt: this.#retryAt,
			position: this.#position,
			greeted: this.#greeted,
			refused: [...this.#refused],
		});
	}

	#gap(to: string[]): void {
		for (const listener of this.#listeners) if (to.includes(listener.query)) listener.ongap();
	}

	#give(alert: Alert, to: string[]): void {
		for (const listener of this.#listeners) if (to.includes(listener.query)) listener.onalert(alert);
	}

	/** Reads the stream, again and again, as long as this tab lives. */
	async #lead(): Promise<void> {
		await new Promise((done) => setTimeout(done, calm - performance.now()));
		for (let tries = 0; ; tries++) {
			if (this.#wanted().length === 0) {
				this.#greeted = []; // what comes now is not seen
				await this.#pause(longestWait);
				tries = -1;
				continue;
			}
			const connection = new AbortController();
			this.#connection = connection;
			const status = await this.#read(connection.signal);
			if (this.#state === 'live') tries = 0;
			if (connection.signal.aborted) {
				tries = -1; // other queries are wanted
				continue;
			}
			if (status === 401) {
				this.#tell({ kind: 'signed-out' });
				this.#listeners.forEach((listener) => listener.onsignedout());
			}
			if (status === 422) {
				await this.#refuse();
				tries = -1;
				continue;
			}
			if (this.#state !== 'lost') this.#since = Date.now();
			this.#state = 'lost';
			const wait = Math.min(longestWait, 500 * 2 ** tries) * (0.75 + Math.random() / 2);
			this.#retryAt = Date.now() + wait;
			this.#announce();
			await this.#pause(wait);
		}
	}

	/** Leaves out what the core cannot read: it will not get better by asking again. */
	async #refuse(): Promise<void> {
		const wrong: string[] = [];
		for (const query of this.#reads) {
			const { problem } = await ask(api.GET('/api/v1/alerts', { params: { query: { query, limit: 1 } } }));
			if (problem?.status === 422) wrong.push(query);
		}
		this.#refused = [...this.#refused, ...(wrong.length > 0 ? wrong : this.#reads)];
		this.#announce();
	}

	/** One connection. Returns the status that ended it, 0 for a broken one. */
	async #read(changed: AbortSignal): Promise<number> {
		const quiet = new AbortController();
		let watchdog = setTimeout(() => quiet.abort(), silence);
		const queries = this.#wanted();
		this.#reads = queries;
		try {
			const headers: Record<string, string> = { Accept: 'text/event-stream' };
			if (this.#position) headers['Last-Event-ID'] = this.#position;
			const asked = new URLSearchParams(queries.map((query) => ['query', query]));
			const response = await fetch(`/api/v1/stream?${asked}`, {
				headers,
				cache: 'no-store',
				signal: AbortSignal.any([changed, quiet.signal]),
			});
			if (!response.ok || !response.body) return response.status;
			const messages = new Messages();
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return 0;
				clearTimeout(watchdog);
				watchdog = setTimeout(() => quiet.abort(), silence);
				for (const { event, id, data } of messages.push(value)) this.#take(event, id, data);
			}
		} catch {
			return 0;
		} finally {
			clearTimeout(watchdog);
		}
	}

	#take(event: string, id: string, data: string): void {
		const resumed = this.#position !== '';
		if (id) this.#position = id;
		if (event === 'alert') {
			const { matches, ...alert }: Alert & { matches?: number[] } = JSON.parse(data);
			const to = matches ? matches.map((i) => this.#reads[i] ?? '') : this.#reads;
			this.#give(alert, to);
			if (this.#wants.size > 0) this.#tell({ kind: 'alert', alert, to, position: this.#position });
		} else if (event === 'hello' || event === 'reset') {
			// A first connection may have begun after the list was read.
			const told = event === 'reset' || !resumed ? [] : this.#greeted;
			const to = this.#reads.filter((query) => !told.includes(query));
			this.#greeted = this.#reads;
			this.#state = 'live';
			this.#announce();
			if (to.length > 0) this.#tell({ kind: 'gap', to });
			this.#gap(to);
		}
	}

	#pause(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(done, ms);
			function done() {
				clearTimeout(timer);
				removeEventListener('online', done);
				resolve();
			}
			addEventListener('online', done);
			this.#tryNow = done;
		});
	}
}

export const wire = new Wire();
