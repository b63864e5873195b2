import { api, ask, type Alert, type Problem } from '$lib/api';
import { AlertStream } from './alert-stream.svelte';
import { holds, merge, renew } from './merge';

const page = 50;
const cap = 5000; // alerts kept in memory
const flushEvery = 100; // ms; one redraw for all that came meanwhile
const freshFor = 1500; // ms; how long a row counts as just arrived

/** The list of alerts that match a query: pages from the core, and live ones on top. */
export class AlertFeed {
	#query = $state('');
	#rows = $state.raw<readonly Alert[]>([]);
	#pending = $state.raw<readonly Alert[]>([]);
	#missed = $state(0);
	#cut = $state(0);
	#next = $state.raw<string | null>(null);
	#loading = $state(true);
	#loadingMore = $state(false);
	#problem = $state.raw<Problem>();
	#moreProblem = $state.raw<Problem>();
	#fresh = $state.raw<ReadonlySet<string>>(new Set());
	#inbox: Alert[] = [];
	#during: Alert[] = []; // came while the first page was being read
	#below: Alert[] = []; // came while a further page was being read, and may belong there
	#timer: ReturnType<typeof setTimeout> | undefined;
	#flushed = 0; // when the list was last redrawn, in ms
	#asked = 0;
	#loaded = false;

	readonly stream: AlertStream;
	/** While true nothing is inserted: somebody reads. What comes waits to be taken in. */
	hold = false;
	/** How far the list is scrolled, in px, so that coming back to it finds the place. */
	scroll = 0;

	constructor(onsignedout: () => void) {
		this.stream = new AlertStream({
			onalert: (alert) => this.#receive(alert),
			ongap: () => void this.reload(),
			onsignedout,
		});
	}

	get query(): string {
		return this.#query;
	}
	get rows(): readonly Alert[] {
		return this.#rows;
	}
	/** How many newer alerts wait to be taken in: "12", or "50+" where some were not counted. */
	get waiting(): string {
		return this.#pending.length + this.#missed === 0
			? ''
			: `${this.#pending.length}${this.#missed > 0 ? '+' : ''}`;
	}
	/** How many of the newest rows were let go while scrolling far down. */
	get cut(): number {
		return this.#cut;
	}
	get complete(): boolean {
		return this.#next === null;
	}
	get loading(): boolean {
		return this.#loading;
	}
	get loadingMore(): boolean {
		return this.#loadingMore;
	}
	get problem(): Problem | undefined {
		return this.#problem;
	}
	get moreProblem(): Problem | undefined {
		return this.#moreProblem;
	}
	/** Ids that came in a moment ago. */
	get fresh(): ReadonlySet<string> {
		return this.#fresh;
	}

	/** Shows a query and follows it until the returned function is called. */
	follow(query: string): () => void {
		if (query !== this.#query || !this.#loaded) {
			this.#query = query;
			this.#rows = [];
			this.#loaded = false;
			this.#clear();
		}
		void this.reload();
		const stop = this.stream.follow(query);
		return () => {
			stop();
			clearTimeout(this.#timer);
			this.#timer = undefined;
			this.#inbox = [];
		};
	}

	/** Reads the first page again. The rows stay until it is there. */
	async reload(): Promise<void> {
		const asked = ++this.#asked;
		this.#during = [];
		if (!this.#loaded) this.#loading = true;
		this.#problem = undefined;
		const { data, problem } = await ask(
			api.GET('/api/v1/alerts', { params: { query: { query: this.#query, limit: page } } }),
		);
		if (asked !== this.#asked) return; // somebody asked again meanwhile
		this.#loading = false;
		this.#loadingMore = false;
		if (!data) {
			this.#problem = problem;
			return;
		}
		if (this.#loaded && this.hold && this.#cut === 0) return this.#catchUp(data.items);
		this.#loaded = true;
		this.#asked++; // a further page of the old list is none of this one
		this.#clear();
		const floor = floorOf(data.items, data.next);
		this.#rows = merge(data.items, this.#during, floor);
		this.#next = data.next;
	}

	/** Reads the next page. */
	async more(): Promise<void> {
		if (this.#next === null || this.#loading || this.#loadingMore) return;
		const asked = this.#asked;
		const last = this.#rows.at(-1)?.sort_key ?? '';
		this.#below = [];
		this.#loadingMore = true;
		this.#moreProblem = undefined;
		const { data, problem } = await ask(
			api.GET('/api/v1/alerts', {
				params: { query: { query: this.#query, limit: page * 2, cursor: this.#next } },
			}),
		);
		if (asked !== this.#asked) return;
		this.#loadingMore = false;
		if (!data) {
			this.#moreProblem = problem;
			return;
		}
		// What came meanwhile for this page may be newer than what was read of it.
		const below = this.#below.filter((alert) => alert.sort_key < last);
		const rows = merge(this.#rows, merge(data.items, below, floorOf(data.items, data.next)));
		const over = Math.max(0, rows.length - cap);
		this.#cut += over;
		this.#rows = over > 0 ? rows.slice(over) : rows;
		this.#next = data.next;
	}

	/** Takes in what waits. Returns when the newest alert is the first row. */
	async takeIn(): Promise<void> {
		if (this.#cut > 0 || this.#missed > 0 || this.#rows.length + this.#pending.length > cap) {
			this.#loaded = false;
			await this.reload();
			return;
		}
		const pending = this.#pending;
		this.#pending = [];
		this.#insert(pending);
	}

	#receive(alert: Alert): void {
		this.#inbox.push(alert);
		this.#during.push(alert);
		if (this.#during.length > cap) this.#during = this.#during.slice(-page);
		if (this.#loadingMore) this.#below.push(alert);
		// The first one is drawn at once, what follows it closely is drawn together.
		const wait = Math.max(0, this.#flushed + flushEvery - performance.now());
		this.#timer ??= setTimeout(() => this.#flush(), wait);
	}

	#flush(): void {
		this.#timer = undefined;
		this.#flushed = performance.now();
		const came = this.#inbox;
		this.#inbox = [];
		if (!this.#loaded) return; // the page that is being read takes them from #during
		const floor = floorOf(this.#rows, this.#next);
		if (this.hold || this.#cut > 0) {
			// What is known already changes in its place; nothing moves under who reads.
			const known = holds(this.#rows);
			this.#rows = renew(this.#rows, came);
			const added = came.filter((alert) => !known(alert));
			const pending = merge(this.#pending, added, floor);
			this.#missed += Math.max(0, pending.length - cap);
			this.#pending = pending.slice(0, cap);
			return;
		}
		if (this.#rows.length + came.length > cap) {
			void this.reload(); // cheaper than to keep a list that nobody can have read
			return;
		}
		this.#insert(came, floor);
	}

	/** A reload while somebody reads: what is new waits, what is shown stays in its place. */
	#catchUp(items: Alert[]): void {
		const known = new Set(this.#rows.map((row) => row.id));
		const first = this.#rows[0]?.sort_key ?? '';
		const added = items.filter((alert) => !known.has(alert.id) && alert.sort_key > first);
		// None of the page is known: there is a gap between it and what is shown.
		if (added.length === items.length && items.length > 0) this.#missed += 1;
		// What came while the page was being read is newer than the page.
		this.#rows = renew(renew(this.#rows, items), this.#during);
		this.#pending = renew(merge(this.#pending, added), this.#during);
	}

	#insert(alerts: readonly Alert[], floor = ''): void {
		const before = new Set(this.#rows.map((row) => row.id));
		this.#rows = merge(this.#rows, alerts, floor);
		const added = alerts.filter((alert) => !before.has(alert.id)).map((alert) => alert.id);
		if (added.length === 0) return;
		this.#fresh = new Set([...this.#fresh, ...added]);
		setTimeout(() => {
			const left = new Set(this.#fresh);
			for (const id of added) left.delete(id);
			this.#fresh = left;
		}, freshFor);
	}

	#clear(): void {
		this.scroll = 0;
		this.#pending = [];
		this.#missed = 0;
		this.#cut = 0;
		this.#next = null;
		this.#moreProblem = undefined;
		this.#fresh = new Set();
	}
}

/** Where a list ends while there is more: what is older belongs to a page that is not read. */
function floorOf(rows: readonly Alert[], next: string | null): string {
	return next === null ? '' : (rows.at(-1)?.sort_key ?? '');
}
