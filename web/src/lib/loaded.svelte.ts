import type { Problem, Result } from './api';

/** Something that is read from the core. Old data stays while it is read again. */
export class Loaded<T> {
	#data = $state.raw<T>();
	#problem = $state.raw<Problem>();
	#loading = $state(false);
	#asked = 0;
	#running: Promise<void> | undefined;
	#read: () => Promise<Result<T>>;

	constructor(read: () => Promise<Result<T>>) {
		this.#read = read;
	}

	get data(): T | undefined {
		return this.#data;
	}
	/** Why the last read gave nothing. */
	get problem(): Problem | undefined {
		return this.#problem;
	}
	get loading(): boolean {
		return this.#loading;
	}

	load(): Promise<void> {
		return (this.#running = this.#load());
	}

	/** Waits for the last read, or for one of its own where none gave data: then they are there, or a problem. */
	async known(): Promise<void> {
		if (!this.#loading && this.#data === undefined) void this.load();
		for (let waited; waited !== this.#running; await waited) waited = this.#running;
	}

	async #load(): Promise<void> {
		const asked = ++this.#asked;
		this.#loading = true;
		const { data, problem } = await this.#read();
		if (asked !== this.#asked) return;
		this.#loading = false;
		this.#problem = problem;
		if (problem === undefined) this.#data = data;
	}

	/** Reads now and then every so many ms while the page is seen. Returns its own stop. */
	follow(every: number): () => void {
		void this.load();
		const timer = setInterval(() => {
			if (!document.hidden && !this.#loading) void this.load();
		}, every);
		return () => clearInterval(timer);
	}
}
