import { api, ask, type Problem, type Publisher } from '$lib/api';
import { Loaded } from '$lib/loaded.svelte';

/** What CERT-FR publishes, in French: three kinds at three addresses. */
const french = [
	{ name: 'CERT-FR', url: 'https://www.cert.ssi.gouv.fr/alerte/feed/', kind: 'alert' },
	{ name: 'CERT-FR', url: 'https://www.cert.ssi.gouv.fr/avis/feed/', kind: 'advisory' },
	{ name: 'CERT-FR', url: 'https://www.cert.ssi.gouv.fr/cti/feed/', kind: 'report' },
] as const;

/** Whose advisories the core reads. */
export class Publishers {
	#loaded = new Loaded(() => ask(api.GET('/api/v1/publishers')));
	#reading = $state.raw<string[]>([]);

	get all(): Publisher[] | undefined {
		return this.#loaded.data?.items;
	}
	get problem(): Problem | undefined {
		return this.#loaded.problem;
	}
	/** Whether CERT-FR is not among them, or not whole. */
	get frenchMissing(): boolean {
		return french.some(({ url }) => !this.all?.some((publisher) => publisher.url === url));
	}

	load(): Promise<void> {
		return this.#loaded.load();
	}

	follow(): () => void {
		return this.#loaded.follow(60_000);
	}

	reading(publisher: Publisher): boolean {
		return this.#reading.includes(publisher.id);
	}

	/** Asks the core to read it now. */
	async read(publisher: Publisher): Promise<Problem | undefined> {
		this.#reading = [...this.#reading, publisher.id];
		const { problem } = await ask(
			api.POST('/api/v1/publishers/{id}/read', { params: { path: { id: publisher.id } } }),
		);
		this.#reading = this.#reading.filter((id) => id !== publisher.id);
		await this.load();
		return problem;
	}

	async remove(publisher: Publisher): Promise<Problem | undefined> {
		const { problem } = await ask(
			api.DELETE('/api/v1/publishers/{id}', { params: { path: { id: publisher.id } } }),
		);
		await this.load();
		return problem?.status === 404 ? undefined : problem;
	}

	/** Adds what is missing of CERT-FR, and reads it. */
	async addFrench(): Promise<Problem | undefined> {
		for (const body of french) {
			if (this.all?.some((publisher) => publisher.url === body.url)) continue;
			const { data, problem } = await ask(api.POST('/api/v1/publishers', { body }));
			if (problem) return problem;
			void this.read(data);
		}
		await this.load();
		return undefined;
	}
}
