import { api, ask, type Alert, type Group, type GroupCount, type GroupDetail, type Problem } from '$lib/api';
import { AlertStream } from '$lib/alerts/alert-stream.svelte';

const page = 100;
const cap = 2000; // groups kept in memory
const least = 1000; // ms between two looks at what changed
const near = 12; // changed groups beyond the first page that are read one by one
const atOnce = 8; // groups that are asked for at the same time
const freshFor = 1500; // ms; how long a row counts as just arrived

/** A group as it was shown: alerts that came after `asOf` are not acted on. */
export type GroupRow = Group & { asOf: number };

/**
 * The inbox: groups that a query finds, the worst first, then the newest. The stream says
 * that something changed, the core says what: the first page is read again, at most once a
 * second. Under somebody who reads rows change in their place, and new ones wait.
 */
export class GroupFeed {
	#query = $state('');
	#rows = $state.raw<readonly GroupRow[]>([]);
	#waiting = $state.raw<ReadonlySet<string>>(new Set());
	#cut = $state(0);
	#next = $state.raw<string | null>(null);
	#count = $state.raw<GroupCount>();
	#loading = $state(true);
	#loadingMore = $state(false);
	#problem = $state.raw<Problem>();
	#moreProblem = $state.raw<Problem>();
	#fresh = $state.raw<ReadonlySet<string>>(new Set());
	#changed = new Set<string>(); // what the alerts that came are about, see keyOf
	#places = new Map<string, number>(); // of the rows, by keyOf
	#timer: ReturnType<typeof setTimeout> | undefined;
	#looked = 0; // when the core was asked last, in ms
	#took = 0; // how long it took, in ms
	#asked = 0;
	#loaded = false;
	#shown = true;
	#behind = false; // something came while nobody saw the list

	readonly stream: AlertStream;
	/** While true no row is added, moved or taken away: somebody reads. */
	hold = false;
	/** How far the list is scrolled, in px, so that coming back to it finds the place. */
	scroll = 0;
	/** The rows that are seen: what changes among them is read at once. */
	seen: readonly { id: string }[] = [];

	constructor(onsignedout: () => void) {
		this.stream = new AlertStream({
			onalert: (alert) => this.#hear(alert),
			ongap: () => this.#look(),
			onsignedout,
		});
	}

	/** Whether somebody has the list before them: for nobody it is not read. */
	set shown(shown: boolean) {
		this.#shown = shown;
		if (shown && this.#behind) void this.reload();
	}

	get query(): string {
		return this.#query;
	}
	get rows(): readonly GroupRow[] {
		return this.#rows;
	}
	/** How many groups wait to be taken in: "12", or "100+". */
	get waiting(): string {
		const n = this.#waiting.size;
		return n === 0 ? '' : n >= page ? `${page}+` : String(n);
	}
	/** How many of the first rows were let go while scrolling far down. */
	get cut(): number {
		return this.#cut;
	}
	get complete(): boolean {
		return this.#next === null;
	}
	/** How many groups there are on all pages, and alerts in them. */
	get count(): GroupCount | undefined {
		return this.#count;
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
			this.#loaded = false;
			this.#clear();
			this.#show([]);
			this.#count = undefined;
		}
		if (this.#shown) void this.reload();
		else this.#behind = true;
		const stop = this.stream.follow(query);
		return () => {
			stop();
			clearTimeout(this.#timer);
			this.#timer = undefined;
		};
	}

	/** Reads the first page again. The rows stay until it is there. */
	async reload(): Promise<void> {
		const asked = ++this.#asked;
		if (!this.#loaded) this.#loading = true;
		this.#problem = undefined;
		this.#behind = false;
		this.#changed.clear();
		this.#looked = performance.now();
		const { data, problem } = await ask(api.GET('/api/v1/groups', { params: { query: this.#ask() } }));
		if (asked !== this.#asked) return; // somebody asked again meanwhile
		this.#took = performance.now() - this.#looked;
		this.#loading = false;
		this.#loadingMore = false;
		if (!data) {
			this.#problem = problem;
			return;
		}
		const known = new Map(this.#rows.map((row) => [row.id, row]));
		const items = data.items.map((group) => renewed(known.get(group.id), group, data.as_of));
		this.#count = data.count ?? this.#count;
		if (this.#loaded && (this.hold || this.#cut > 0)) return this.#renew(items);
		if (this.#loaded) this.#arrive(items.filter((item) => !known.has(item.id)));
		this.#loaded = true;
		this.#clear();
		this.#next = data.next;
		this.#show(items);
	}

	/** Reads the next page. */
	async more(): Promise<void> {
		if (this.#next === null || this.#loading || this.#loadingMore) return;
		const next = this.#next;
		this.#loadingMore = true;
		this.#moreProblem = undefined;
		const { data, problem } = await ask(
			api.GET('/api/v1/groups', { params: { query: { ...this.#ask(), cursor: next } } }),
		);
		if (next !== this.#next) return; // it began anew meanwhile
		this.#loadingMore = false;
		if (!data) {
			this.#moreProblem = problem;
			return;
		}
		// A group that got worse or newer is in its old place already.
		const known = new Set(this.#rows.map((row) => row.id));
		const added = data.items.filter((group) => !known.has(group.id));
		const rows = [...this.#rows, ...added.map((group) => ({ ...group, asOf: data.as_of }))];
		const over = Math.max(0, rows.length - cap);
		this.#cut += over;
		this.#next = data.next;
		this.#show(over > 0 ? rows.slice(over) : rows);
	}

	/** Takes in what waits: the list as it is now. */
	async takeIn(): Promise<void> {
		this.#loaded = false;
		await this.reload();
	}

	/** Reads some groups again, after something was done to them. Their rows stay in place. */
	async refresh(ids: readonly string[]): Promise<void> {
		for (let i = 0; i < ids.length; i += atOnce) {
			const found = await Promise.all(ids.slice(i, i + atOnce).map(readGroup));
			this.#renew(
				found.flatMap((group) => (group ? [{ ...group, asOf: group.as_of }] : [])),
				false,
			);
		}
	}

	#ask() {
		return { query: this.#query, sort: 'severity' as const, limit: page };
	}

	#hear(alert: Alert): void {
		if (this.#shown) this.#changed.add(keyOf(alert));
		this.#look();
	}

	/** Looks soon at what changed: not more often than the core likes, and only for who sees it. */
	#look(): void {
		const wait = this.#looked + Math.max(least, this.#took * 4) - performance.now();
		this.#timer ??= setTimeout(() => void this.#lookNow(), Math.max(100, wait));
	}

	async #lookNow(): Promise<void> {
		this.#timer = undefined;
		if (globalThis.document?.hidden) {
			document.addEventListener('visibilitychange', () => this.#look(), { once: true });
			return;
		}
		if (!this.#shown) {
			this.#behind = true;
			return;
		}
		if (this.#loading) return this.#look();
		const changed = [...this.#changed];
		await this.reload();
		// Of what is not on the first page only what somebody sees is worth a question.
		const seen = new Set(this.seen.map((row) => row.id));
		const far = changed
			.map((key) => this.#places.get(key) ?? -1)
			.filter((place) => place + this.#cut >= page && seen.has(this.#rows[place]?.id ?? ''));
		if (far.length > 0) await this.refresh(far.slice(0, near).map((place) => this.#rows[place]?.id ?? ''));
	}

	/** What is known of the rows now, in their places. What is no row yet waits. */
	#renew(items: readonly GroupRow[], wait = true): void {
		const now = new Map(items.map((item) => [item.id, item]));
		const rows = this.#rows.map((row) => now.get(row.id) ?? row);
		for (const row of rows) now.delete(row.id);
		this.#show(rows);
		if (wait && this.#cut === 0) this.#waiting = new Set(now.keys());
	}

	#show(rows: readonly GroupRow[]): void {
		this.#rows = rows;
		this.#places = new Map(rows.map((row, place) => [keyOf(row), place]));
	}

	#arrive(rows: readonly GroupRow[]): void {
		if (rows.length === 0) return;
		this.#fresh = new Set(rows.map((row) => row.id));
		setTimeout(() => (this.#fresh = new Set()), freshFor);
	}

	#clear(): void {
		this.#waiting = new Set();
		this.#cut = 0;
		this.#next = null;
		this.#moreProblem = undefined;
	}
}

/** The row of a group; the one that is there if nothing came to it, so that it is not drawn anew. */
function renewed(row: GroupRow | undefined, group: Group, asOf: number): GroupRow {
	const now = { ...group, asOf };
	return row && JSON.stringify({ ...now, asOf: row.asOf }) === JSON.stringify(row) ? row : now;
}

async function readGroup(id: string): Promise<GroupDetail | undefined> {
	return (await ask(api.GET('/api/v1/groups/{id}', { params: { path: { id } } }))).data;
}

/** What a group's alerts have in common: an alert and its group have the same. */
function keyOf(of: Alert | Group): string {
	const [source, destination] =
		typeof of.source === 'string'
			? [of.source, of.destination]
			: [sideOf(of.source) || ('agent' in of ? (of.agent?.name ?? '') : ''), sideOf(of.destination)];
	return [of.client_id, of.rule.engine, of.rule.id, source, destination].join('\n');
}

function sideOf(side: Alert['source'] | string): string {
	return typeof side === 'string' ? side : (side.address ?? side.host ?? '');
}
