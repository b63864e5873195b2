import { tick } from 'svelte';
import type { Problem, Result } from '$lib/api';
import { rules, type Rule } from '$lib/rules.gen';
import { check, ruleName } from './check';

type Rules = typeof rules;

/** An operation of the API that takes a body. */
export type Operation = keyof Rules;

type Indexed<K> = K extends `${infer A}[]${infer B}` ? `${A}[${number}]${Indexed<B>}` : K;

/** A field of an operation's body: "name", "contacts[0].email". */
export type FieldOf<O extends Operation> = Indexed<keyof Rules[O]> & string;

/**
 * A form that fills the body of an operation. Its rules are those of the API's schema; what
 * the core has against a field is shown at that field, and everything else below the form.
 */
export class FormState<O extends Operation> {
	readonly operation: O;
	#errors = $state.raw<Record<string, string>>({});
	#problem = $state.raw<Problem>();
	#busy = $state(false);
	#done = $state(false);
	#shown = new Set<string>();
	#element: HTMLFormElement | undefined;

	constructor(operation: O) {
		this.operation = operation;
	}

	/** An answer is waited for. */
	get busy(): boolean {
		return this.#busy;
	}
	/** The last one was taken, and nothing was entered since. */
	get done(): boolean {
		return this.#done;
	}
	/** What is wrong with no field in particular. */
	get problem(): Problem | undefined {
		return this.#problem;
	}

	rule(field: string): Rule {
		const all: Record<string, Rule> = rules[this.operation];
		return all[ruleName(field)] ?? {};
	}
	error(field: string): string {
		return this.#errors[field] ?? '';
	}

	/** Waits for the core's answer to what was entered; what it refuses is shown. */
	async send<T>(call: Promise<Result<T>>): Promise<Result<T>> {
		await this.settle(call.then((result) => result.problem));
		return call;
	}

	/** The same for what gives a problem alone. */
	async settle(call: Promise<Problem | undefined>): Promise<Problem | undefined> {
		this.#busy = true;
		this.#problem = undefined;
		const problem = await call;
		this.#busy = false;
		this.#done = !problem;
		if (problem) await this.#refused(problem);
		return problem;
	}

	/** Takes back what was said. */
	forget(): void {
		this.#errors = {};
		this.#problem = undefined;
		this.#done = false;
	}

	/** Says something against a field, or with no field against the whole. */
	async refuse(message: string, field: FieldOf<O> | '' = ''): Promise<void> {
		const location = field && `body.${field}`;
		await this.#refused({ status: 422, message, request: '', location, errors: [{ message, location }] });
	}

	/** Checks every field that is there. The first that is wrong gets the focus. */
	async valid(): Promise<boolean> {
		const errors: Record<string, string> = {};
		for (const control of this.#element?.elements ?? []) {
			if (!isControl(control) || !this.#shown.has(control.name)) continue;
			const rule = { ...this.rule(control.name), required: control.required };
			const message = check(rule, control.value);
			if (message) errors[control.name] = message;
		}
		this.#errors = errors;
		this.#problem = undefined;
		await this.#focus();
		return Object.keys(errors).length === 0;
	}

	/** What was said against a field is over once it is changed. */
	touched(field: string): void {
		this.#done = false;
		if (!this.#errors[field]) return;
		const { [field]: _, ...rest } = this.#errors;
		this.#errors = rest;
	}

	/** The field is on the page. Returns its own stop. */
	shows(field: string): () => void {
		this.#shown.add(field);
		return () => this.#shown.delete(field);
	}
	/** The form's element. Returns its own stop. */
	is(element: HTMLFormElement): () => void {
		this.#element = element;
		return () => (this.#element = undefined);
	}

	async #refused(problem: Problem): Promise<void> {
		const placed: Record<string, string> = {};
		let rest = problem.errors.length === 0;
		for (const { location, message } of problem.errors) {
			const field = location.replace(/^body\.?/, '');
			if (this.#shown.has(field)) placed[field] ??= message;
			else rest = true;
		}
		this.#errors = placed;
		this.#problem = rest ? problem : undefined;
		await this.#focus();
	}

	async #focus(): Promise<void> {
		await tick();
		this.#element?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
	}
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function isControl(element: Element): element is Control {
	if (element instanceof HTMLInputElement) return element.type !== 'checkbox' && element.type !== 'radio';
	return element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement;
}
