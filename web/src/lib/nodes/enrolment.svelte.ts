import { api, ask, type Node, type Problem } from '$lib/api';
import { token, type NodeToken } from './token';

const every = 2000; // ms between two looks for the node

/** How far a new node has come. */
export type Step = 'choose' | 'enrol' | 'start' | 'live';

/** One node that is being added: its token, and then the node itself as soon as the core knows it. */
export class Enrolment {
	#made = $state.raw<NodeToken>();
	#node = $state.raw<Node>();
	#problem = $state.raw<Problem>();
	#client = '';
	/** When the nodes that were there before the token were enrolled. */
	#before = new Map<string, string>();
	#busy = false;

	get made(): NodeToken | undefined {
		return this.#made;
	}
	/** The node that used the token. */
	get node(): Node | undefined {
		return this.#node;
	}
	/** Why the core could not be asked for it, the last time. */
	get problem(): Problem | undefined {
		return this.#problem;
	}
	get step(): Step {
		if (!this.#made) return 'choose';
		if (!this.#node) return 'enrol';
		return this.#node.state === 'new' ? 'start' : 'live';
	}

	/** Makes a token for a node of a client; an empty name leaves the node its host's. */
	async make(client: string, name: string) {
		const known = await this.#nodes();
		if (known.problem) return known;
		this.#client = client;
		this.#node = undefined;
		this.#before = new Map(known.data.items.map((node) => [node.id, node.enrolled_time]));
		const made = await ask(
			api.POST('/api/v1/clients/{id}/node-tokens', {
				params: { path: { id: client } },
				body: { name: name.trim() || undefined },
			}),
		);
		if (made.data) this.#made = token(made.data);
		return made;
	}

	/** Looks for the node until the returned function is called. */
	follow(): () => void {
		const timer = setInterval(() => {
			if (!document.hidden) void this.look();
		}, every);
		return () => clearInterval(timer);
	}

	/** Looks once. A folder that was enrolled before keeps its id: it is known by its new time. */
	async look(): Promise<void> {
		if (this.#busy || !this.#made || this.step === 'live') return;
		this.#busy = true;
		const { data, problem } = await this.#nodes();
		this.#busy = false;
		this.#problem = problem;
		this.#node =
			data?.items.find(
				(node) => node.client_id === this.#client && this.#before.get(node.id) !== node.enrolled_time,
			) ?? this.#node;
	}

	#nodes() {
		return ask(api.GET('/api/v1/nodes'));
	}
}
