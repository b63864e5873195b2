/**
 * Something to import when it is needed, and at the latest when the browser has nothing else
 * to do: so it is there when a key asks for it.
 */
export function whenIdle<T>(load: () => Promise<T>): () => Promise<T> {
	const idle = window.requestIdleCallback ?? ((call: () => void) => setTimeout(call, 2000));
	idle(() => void load().catch(() => {})); // it is tried again when it is needed
	return load;
}
