import type { Alert } from '$lib/api';
import { Messages } from './sse';

export type StreamState = 'connecting' | 'live' | 'lost' | 'ended';

interface Handlers {
	/** A new alert that matches the query. */
	onalert(alert: Alert): void;
	/** Something may have been missed: query again. */
	ongap(): void;
	/** Nobody is signed in any more. */
	onsignedout(): void;
}

/** What the tab that holds the stream tells the others. */
type Shared =
	| { kind: 'who' }
	| { kind: 'retry' }
	| { kind: 'signed-out' }
	| { kind: 'state'; state: StreamState; since: number; retryAt: number; position: string; gap: boolean }
	| { kind: 'alert'; alert: Alert; position: string };

const silence = 40_000; // ms; the core says something every 15 s
const longestWait = 15_000; // ms between two tries

/**
 * The live stream of alerts that match a query. Tabs that show the same query share one
 * connection: the one that holds the browser's lock of that name reads it and tells the
 * others, and when it closes the next one resumes at the same place. Where the browser
 * has no locks (plain http from another machine) each tab has its own.
 */
export class AlertStream {
	#state = $state<StreamState>('connecting');
	#since = $state(0);
	#retryAt = $state(0);
	#position = '';
	#handlers: Handlers;
	#tell: (message: Shared) => void = () => {};
	#tryNow: () => void = () => {};

	constructor(handlers: Handlers) {
		this.#handlers = handlers;
	}

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

	/** Follows a query until the returned function is called. */
	follow(query: string): () => void {
		const stop = new AbortController();
		const name = `socme stream ${query}`;
		const channel = new BroadcastChannel(name);
		let leads = false;
		this.#state = 'connecting';
		this.#position = '';
		this.#tell = (message) => channel.postMessage(message);
		this.#tryNow = () => this.#tell({ kind: 'retry' });
		channel.onmessage = ({ data }: MessageEvent<Shared>) => {
			if (data.kind === 'who') {
				if (leads) this.#announce(false);
			} else if (data.kind === 'retry') {
				if (leads) this.#tryNow();
			} else if (!leads) {
				this.#hear(data);
			}
		};
		this.#tell({ kind: 'who' });
		const lead = () => {
			leads = true;
			return this.#lead(query, stop.signal);
		};
		if ('locks' in navigator) {
			navigator.locks.request(name, { signal: stop.signal }, lead).catch(() => {
				// The wait for the lock was given up because we stopped.
			});
		} else {
			void lead();
		}
		return () => {
			stop.abort();
			channel.close();
		};
	}

	/** Tries at once instead of waiting. */
	retry(): void {
		this.#tryNow();
	}

	#hear(message: Exclude<Shared, { kind: 'who' | 'retry' }>): void {
		if (message.kind === 'signed-out') return this.#handlers.onsignedout();
		this.#position = message.position;
		if (message.kind === 'alert') return this.#handlers.onalert(message.alert);
		const joined = this.#state === 'connecting' && message.state === 'live';
		this.#state = message.state;
		this.#since = message.since;
		this.#retryAt = message.retryAt;
		if (message.gap || joined) this.#handlers.ongap();
	}

	#announce(gap: boolean): void {
		this.#tell({
			kind: 'state',
			state: this.#state,
			since: this.#since,
			retryAt: this.#retryAt,
			position: this.#position,
			gap,
		});
	}

	/** Reads the stream, again and again, until the signal. */
	async #lead(query: string, signal: AbortSignal): Promise<void> {
		for (let tries = 0; !signal.aborted; tries++) {
			const status = await this.#read(query, signal);
			if (signal.aborted) return;
			if (status === 401) {
				this.#tell({ kind: 'signed-out' });
				return this.#handlers.onsignedout();
			}
			if (this.#state === 'live') tries = 0;
			if (this.#state !== 'lost') this.#since = Date.now();
			// A query that the core cannot read will not get better by asking again.
			this.#state = status === 422 ? 'ended' : 'lost';
			const wait = Math.min(longestWait, 500 * 2 ** tries) * (0.75 + Math.random() / 2);
			this.#retryAt = Date.now() + wait;
			this.#announce(false);
			await this.#pause(status === 422 ? Infinity : wait, signal);
		}
	}

	/** One connection. Returns the status that ended it, 0 for a broken one. */
	async #read(query: string, signal: AbortSignal): Promise<number> {
		const quiet = new AbortController();
		let watchdog = setTimeout(() => quiet.abort(), silence);
		try {
			const headers: Record<string, string> = { Accept: 'text/event-stream' };
			if (this.#position) headers['Last-Event-ID'] = this.#position;
			const response = await fetch(`/api/v1/stream?${new URLSearchParams({ query })}`, {
				headers,
				cache: 'no-store',
				signal: AbortSignal.any([signal, quiet.signal]),
			});
			if (!response.ok || !response.body) return response.status;
			const messages = new Messages();
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return 0;
				clearTimeout(watchdog);
				watchdog = setTimeout(() => quiet.abort(), silence);
				for (const message of messages.push(value)) this.#take(message.event, message.id, message.data);
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
			const alert: Alert = JSON.parse(data);
			this.#handlers.onalert(alert);
			this.#tell({ kind: 'alert', alert, position: this.#position });
		} else if (event === 'hello' || event === 'reset') {
			// A first connection may have begun after the list was read.
			const gap = event === 'reset' || !resumed;
			this.#state = 'live';
			this.#announce(gap);
			if (gap) this.#handlers.ongap();
		}
	}

	#pause(ms: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const timer = ms === Infinity ? undefined : setTimeout(done, ms);
			function done() {
				clearTimeout(timer);
				removeEventListener('online', done);
				signal.removeEventListener('abort', done);
				resolve();
			}
			addEventListener('online', done);
			signal.addEventListener('abort', done);
			this.#tryNow = done;
		});
	}
}
