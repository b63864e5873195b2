import { taken } from '$lib/shell/keys';
import { verdicts, type Verb, type Verdict } from './steps';

interface Hands {
	/** Why a step does not fit now; empty when it does. */
	refusal(verb: Verb): string;
	/** Takes the step. */
	act(verb: Verb, verdict?: Verdict): void;
	/** Goes to the comment box, where there is one. */
	comment?(): void;
	/** Takes back the last step. */
	undo(): void;
	/** Says why a key did nothing. */
	refused(why: string): void;
}

const steps: Record<string, Verb> = { a: 'acknowledge', c: 'claim', e: 'escalate' };

/**
 * The keys of triage: a, c, e, m and u act at once; r waits for the key of a verdict. The
 * buttons open and close the same waiting, so that keys and mouse may be mixed.
 */
export class ActionKeys {
	#choosing = $state(false);
	#hands: Hands;

	constructor(hands: Hands) {
		this.#hands = hands;
	}

	/** Resolve was chosen: the next key is the verdict. */
	get choosing(): boolean {
		return this.#choosing;
	}

	/** Asks for a verdict, if the alert can be resolved. */
	choose(): void {
		const why = this.#hands.refusal('resolve');
		if (why) this.#hands.refused(why);
		this.#choosing = !why;
	}

	cancel(): void {
		this.#choosing = false;
	}

	resolve(verdict: Verdict): void {
		this.#choosing = false;
		this.#act('resolve', verdict);
	}

	/** Whether the key was one of triage; it is taken then. */
	press(event: KeyboardEvent): boolean {
		if (taken(event) || !this.#take(event.key)) return false;
		event.preventDefault();
		return true;
	}

	#take(key: string): boolean {
		if (this.#choosing) {
			const verdict = verdicts.find((one) => one.key === key)?.verdict;
			if (verdict) this.resolve(verdict);
			else this.cancel();
			if (verdict || key === 'Escape' || key === 'r') return true;
			// Somebody changed their mind: the key means what it always does.
		}
		const verb = steps[key];
		if (verb) this.#act(verb);
		else if (key === 'r') this.choose();
		else if (key === 'u') this.#hands.undo();
		else if (key === 'm' && this.#hands.comment) this.#hands.comment();
		else return false;
		return true;
	}

	#act(verb: Verb, verdict?: Verdict): void {
		const why = this.#hands.refusal(verb);
		if (why) this.#hands.refused(why);
		else this.#hands.act(verb, verdict);
	}
}
