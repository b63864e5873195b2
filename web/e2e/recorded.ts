import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { APIResponse, Page, Route } from '@playwright/test';

interface Answer {
	status: number;
	type: string;
	/** As it was; pictures are kept in base64. */
	body: string;
	base64?: true;
}

/** So many of a list are kept: enough to see it, and few enough for small pictures. */
const most = 5;

interface Recording {
	/** The moment at which it was made: what the browser's clock says while it is shown. */
	time: string;
	/** The ids of what some pages are about. */
	ids: Record<string, string>;
	answers: Record<string, Answer>;
}

const file = fileURLToPath(new URL('./recorded/answers.json.gz', import.meta.url));

/** Answers of a core, kept so that the same page is drawn from them on every machine. */
export class Recorded {
	#kept: Recording;
	#names: readonly [string, string][];
	#asking = 0;
	/** What was asked for and is not in the recording. */
	readonly missing: string[] = [];

	private constructor(kept: Recording, names: readonly [string, string][] = []) {
		this.#kept = kept;
		this.#names = names;
	}

	/** Begins at the time of now; of each pair the first is kept as the second. */
	static begin(names: readonly [string, string][]): Recorded {
		return new Recorded({ time: new Date().toISOString(), ids: {}, answers: {} }, names);
	}

	static read(): Recorded {
		if (!existsSync(file)) throw new Error(`${file} is not there: SOCME_RECORD=1 makes it`);
		return new Recorded(JSON.parse(gunzipSync(readFileSync(file)).toString()));
	}

	get time(): Date {
		return new Date(this.#kept.time);
	}
	get ids(): Record<string, string> {
		return this.#kept.ids;
	}

	/** Asks the core, and keeps what it says. */
	async record(page: Page): Promise<void> {
		await page.route('**/api/v1/**', async (route) => {
			if (isStream(route)) return route.continue(); // the core is live, and silent
			this.#asking++;
			const response = await route.fetch();
			const answer = await answerOf(response);
			for (const [here, kept] of this.#names) answer.body = answer.body.replaceAll(here, kept);
			this.#kept.answers[nameOf(route)] = answer;
			await give(route, answer);
			this.#asking--;
		});
	}

	/** Answers in the core's place. */
	async replay(page: Page): Promise<void> {
		await page.route('**/api/v1/**', async (route) => {
			if (isStream(route)) return route.continue(); // the core is live, and silent
			const answer = this.#kept.answers[nameOf(route)];
			if (!answer) {
				this.missing.push(nameOf(route));
				return route.fulfill({
					status: 404,
					contentType: 'application/problem+json',
					body: '{"title":"Not recorded"}',
				});
			}
			return give(route, answer);
		});
	}

	/** Waits until nothing has been asked for a while. */
	async quiet(): Promise<void> {
		for (let calm = 0; calm < 3; calm = this.#asking > 0 ? 0 : calm + 1)
			await new Promise((done) => setTimeout(done, 100));
	}

	write(ids: Record<string, string>): void {
		this.#kept.ids = ids;
		const answers = Object.fromEntries(
			Object.entries(this.#kept.answers).sort(([a], [b]) => (a < b ? -1 : 1)),
		);
		writeFileSync(file, gzipSync(JSON.stringify({ ...this.#kept, answers }), { level: 9 }));
	}
}

async function answerOf(response: APIResponse): Promise<Answer> {
	const status = response.status();
	const type = response.headers()['content-type'] ?? '';
	const body = await response.body();
	if (!/json|text/.test(type)) return { status, type, body: body.toString('base64'), base64: true };
	const text = body.toString();
	if (type !== 'application/json') return { status, type, body: text };
	const data: unknown = JSON.parse(text);
	if (typeof data !== 'object' || data === null || !('items' in data) || !Array.isArray(data.items))
		return { status, type, body: text };
	const items = data.items.slice(0, most);
	return { status, type, body: JSON.stringify({ ...data, items, ...('next' in data && { next: null }) }) };
}

function give(route: Route, { status, type, body, base64 }: Answer): Promise<void> {
	return route.fulfill({ status, contentType: type, body: base64 ? Buffer.from(body, 'base64') : body });
}

function isStream(route: Route): boolean {
	return new URL(route.request().url()).pathname.endsWith('/stream');
}

function nameOf(route: Route): string {
	const url = new URL(route.request().url());
	return `${route.request().method()} ${url.pathname}${url.search}`;
}
