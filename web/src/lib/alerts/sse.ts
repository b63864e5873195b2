/** One server-sent event. */
export interface Message {
	id: string;
	event: string;
	data: string;
}

/**
 * Splits a stream of text into server-sent events, however it was cut on the way.
 * EventSource would do it too, but it does not say when it tries again, and it forgets
 * its place after an error.
 */
export class Messages {
	#rest = '';
	#id = '';
	#event = '';
	#data: string[] = [];

	/** Takes the next piece and returns the events that it completes. */
	push(piece: string): Message[] {
		const done: Message[] = [];
		const text = this.#rest + piece;
		// A carriage return at the end may be half of a line's end.
		const end = text.endsWith('\r') ? text.length - 1 : text.length;
		const lines = text.slice(0, end).split(/\r\n|\n|\r/);
		this.#rest = (lines.pop() ?? '') + text.slice(end);
		for (const line of lines) {
			if (line !== '') {
				this.#field(line);
				continue;
			}
			if (this.#data.length > 0) {
				done.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') });
			}
			this.#event = '';
			this.#data = [];
		}
		return done;
	}

	#field(line: string): void {
		const colon = line.indexOf(':');
		if (colon === 0) return; // a comment, sent to keep the connection alive
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (name === 'event') this.#event = value;
		else if (name === 'data') this.#data.push(value);
		else if (name === 'id') this.#id = value;
	}
}
