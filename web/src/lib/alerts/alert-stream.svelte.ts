import type { Alert } from '$lib/api';
import { wire, type StreamState } from './wire.svelte';

interface Handlers {
	/** A new alert that matches the query, or one that has changed. */
	onalert(alert: Alert): void;
	/** Something may have been missed: query again. */
	ongap(): void;
	/** Nobody is signed in any more. */
	onsignedout(): void;
}

/** The live stream of alerts that match a query: its part of the browser's one connection. */
export class AlertStream {
	#query = $state('');
	#handlers: Handlers;

	constructor(handlers: Handlers) {
		this.#handlers = handlers;
	}

	get state(): StreamState {
		return wire.refused(this.#query) ? 'ended' : wire.state;
	}
	/** Since when the stream is lost, in ms since 1970. */
	get since(): number {
		return wire.since;
	}
	/** When the next try begins, in ms since 1970. */
	get retryAt(): number {
		return wire.retryAt;
	}

	/** Follows a query until the returned function is called. */
	follow(query: string): () => void {
		this.#query = query;
		return wire.listen({ query, ...this.#handlers });
	}

	/** Tries at once instead of waiting. */
	retry(): void {
		wire.retry();
	}
}
