type Answer = (asked: { url: URL; request: Request }) => unknown;

/** Answers in the core's place, for tests of components: what they ask goes no further. */
export class TestCore {
	#answers = new Map<string, Answer>();
	#stream: ReadableStreamDefaultController<Uint8Array> | undefined;
	/** What was sent: "POST /api/v1/alerts/1/actions" and its body. */
	readonly sent: { to: string; body: unknown }[] = [];

	/** What to answer to "GET /api/v1/views"; a Response is given as it is, all else as JSON. */
	on(to: string, answer: Answer): void {
		this.#answers.set(to, answer);
	}

	/** An answer of the kind that tells what went wrong. */
	static problem(status: number, detail: string): Response {
		return Response.json({ status, detail }, { status });
	}

	readonly fetch = async (request: Request): Promise<Response> => {
		const url = new URL(request.url);
		const to = `${request.method} ${url.pathname}`;
		if (request.method !== 'GET') this.sent.push({ to, body: JSON.parse((await request.text()) || 'null') });
		if (url.pathname === '/api/v1/stream') return this.#open();
		const answer = this.#answers.get(to);
		// A list that a test does not speak of is empty.
		if (!answer && request.method === 'GET') return Response.json({ items: [], next: null });
		if (!answer) return TestCore.problem(404, `nobody answers ${to}`);
		const given = await answer({ url, request });
		return given instanceof Response ? given : Response.json(given);
	};

	/** Says something on the live stream. */
	say(event: string, id: string, data: unknown): void {
		this.#stream?.enqueue(
			new TextEncoder().encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
		);
	}

	#open(): Response {
		const body = new ReadableStream<Uint8Array>({
			start: (stream) => {
				this.#stream = stream;
				this.say('hello', '0', {});
			},
		});
		return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
	}

	/** Forgets all answers, for the next test. */
	reset(): void {
		this.#answers.clear();
		this.sent.length = 0;
	}
}

export const core = new TestCore();
