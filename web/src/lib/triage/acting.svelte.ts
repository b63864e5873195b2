import type { Doing } from '$lib/api';
import { ActionKeys } from './action-keys.svelte';
import { type Subject, type Verb, type Verdict } from './steps';
import { triage, type Outcome, type Target } from './triage.svelte';

interface On {
	/** What is shown: undefined until it is there. */
	subject(): Subject | undefined;
	target(): Target;
	/** What is shown is old: something was done, or taken back. */
	acted(outcome: Outcome): void;
	/** Goes to the comment box, where there is one. */
	comment?(): void;
}

/** Steps on one thing that is shown, by its buttons and by its keys. */
export class Acting {
	readonly keys: ActionKeys;
	#on: On;

	constructor(on: On) {
		this.#on = on;
		this.keys = new ActionKeys({
			refusal: (verb) => this.refusal(verb),
			act: (verb, verdict) => void this.act(verb, { verdict }),
			comment: () => this.comment(),
			undo: () => void this.undo(),
			refused: (why) => triage.refuse(why),
		});
	}

	/** Why a step does not fit, in words; empty when it fits. */
	refusal(verb: Verb): string {
		const subject = this.#on.subject();
		return subject ? triage.refusal(verb, subject) : '…';
	}

	/** Takes a step; one that does not fit says why. */
	async act(verb: Verb, more: { verdict?: Verdict; owner?: string; tag?: string } = {}): Promise<void> {
		const why = this.refusal(verb);
		if (why) triage.refuse(why);
		else await this.#send({ verb, ...more });
	}

	/** Writes a comment; an internal one is kept from the client's own people. True when it is kept. */
	async say(text: string, internal: boolean): Promise<boolean> {
		const { problem } = await this.#send({ verb: 'comment', text, internal });
		return problem === undefined;
	}

	comment(): void {
		if (triage.may) this.#on.comment?.();
	}

	async undo(): Promise<void> {
		if (triage.done) this.#on.acted(await triage.undo());
	}

	async #send(doing: Doing): Promise<Outcome> {
		const outcome = await triage.act(this.#on.target(), doing);
		// A refusal, too, is news: somebody was faster.
		this.#on.acted(outcome);
		return outcome;
	}
}
