import { api, ask, onSignedOut, type About, type Problem, type Session } from '$lib/api';

const channel = 'socme session';

type State = 'unknown' | 'out' | 'in';

/** Who is signed in here, and what answers. */
export class SessionState {
	#state = $state<State>('unknown');
	#session = $state.raw<Session>();
	#about = $state.raw<About>();
	#problem = $state.raw<Problem>();

	get state(): State {
		return this.#state;
	}
	get user(): Session['user'] | undefined {
		return this.#session?.user;
	}
	get about(): About | undefined {
		return this.#about;
	}
	/** Why it is not known who is signed in. */
	get problem(): Problem | undefined {
		return this.#problem;
	}
	get demo(): boolean {
		return this.#about?.demo ?? false;
	}

	/** Asks who is signed in, and notices when nobody is any more. Returns its own stop. */
	follow(): () => void {
		void this.load();
		const out = () => {
			if (this.#state === 'in') this.#set(undefined);
		};
		const tabs = new BroadcastChannel(channel);
		tabs.onmessage = out;
		const stop = onSignedOut(out);
		return () => {
			tabs.close();
			stop();
		};
	}

	async load(): Promise<void> {
		this.#problem = undefined;
		const before = this.#state;
		const { data, problem } = await ask(api.GET('/api/v1/about'));
		if (data) this.#about = data;
		if (before !== 'in' && this.#state === 'in') return; // signed in meanwhile, by a link
		if (data) this.#set(data.session);
		else this.#problem = problem;
	}

	/** Reads the core's own facts again: the demo may have begun or ended. */
	async refresh(): Promise<void> {
		const { data } = await ask(api.GET('/api/v1/about'));
		if (data) this.#about = data;
	}

	/** Signs in. The problem's location is body.code where a code is missing or wrong. */
	async signIn(name: string, password: string, code = ''): Promise<Problem | undefined> {
		const { data, problem } = await ask(
			api.POST('/api/v1/session', { body: { name, password, code: code || undefined } }),
		);
		if (data) this.#set(data);
		return problem;
	}

	async useLink(secret: string): Promise<Problem | undefined> {
		const { data, problem } = await ask(api.POST('/api/v1/session/link', { body: { secret } }));
		if (data) this.#set(data);
		return problem;
	}

	/** Changes the name or the password; an empty one stays as it is. */
	async setAccount(change: {
		name: string;
		password: string;
		current: string;
	}): Promise<Problem | undefined> {
		const { problem } = await ask(
			api.PUT('/api/v1/account', {
				body: {
					name: change.name || undefined,
					password: change.password || undefined,
					current_password: change.current || undefined,
				},
			}),
		);
		if (problem) return problem;
		const { data } = await ask(api.GET('/api/v1/session'));
		if (data) this.#set(data);
		return undefined;
	}

	/** Deletes who is signed in, for good. */
	async deleteAccount(name: string, password: string): Promise<Problem | undefined> {
		const body = { name, current_password: password || undefined };
		const { problem } = await ask(api.POST('/api/v1/account/delete', { body }));
		if (!problem) this.#leave();
		return problem;
	}

	/** Signs out here and at the core. A core that cannot be reached keeps us signed in. */
	async signOut(): Promise<Problem | undefined> {
		const { problem } = await ask(api.DELETE('/api/v1/session'));
		if (problem && problem.status !== 401) return problem;
		this.#leave();
		return undefined;
	}

	#leave(): void {
		this.#set(undefined);
		const tabs = new BroadcastChannel(channel);
		tabs.postMessage('signed out'); // the other tabs' sign-in was the same one
		tabs.close();
	}

	#set(session: Session | undefined): void {
		this.#session = session;
		this.#state = session ? 'in' : 'out';
		this.#problem = undefined;
	}
}

export const session = new SessionState();
