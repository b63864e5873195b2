import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Page, Route } from '@playwright/test';

interface Answer {
	status: number;
	type: string;
	body: string;
}

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
	/** What was asked for and is not in the recording. */
	readonly missing: string[] = [];

	private constructor(kept: Recording) {
		this.#kept = kept;
	}

	static begin(): Recorded {
		return new Recorded({ time: new Date().toISOString(), ids: {}, answers: {} });
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
			const response = await route.fetch();
			const body = await response.text();
			this.#kept.answers[nameOf(route)] = {
				status: response.status(),
				type: response.headers()['content-type'] ?? '',
				body,
			};
			await route.fulfill({ response, body });
		});
	}

	/** Answers in the core's place. */
	async replay(page: Page): Promise<void> {
		await page.route('**/api/v1/**', (route) => {
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
			return route.fulfill({ status: answer.status, contentType: answer.type, body: answer.body });
		});
	}

	write(ids: Record<string, string>): void {
		this.#kept.ids = ids;
		const answers = Object.fromEntries(
			Object.entries(this.#kept.answers).sort(([a], [b]) => (a < b ? -1 : 1)),
		);
		writeFileSync(file, gzipSync(JSON.stringify({ ...this.#kept, answers }), { level: 9 }));
	}
}

function isStream(route: Route): boolean {
	return new URL(route.request().url()).pathname.endsWith('/stream');
}

function nameOf(route: Route): string {
	const url = new URL(route.request().url());
	return `${route.request().method()} ${url.pathname}${url.search}`;
}
