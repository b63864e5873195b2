const waiting = new Set<() => void>();

/**
 * Calls each of what waits in a task of its own, in order: a page that is made in many short
 * tasks answers meanwhile, one that is made in a long one does not. Returns what takes it back.
 */
export function inTurn(call: () => void): () => void {
	if (waiting.size === 0) setTimeout(next);
	waiting.add(call);
	return () => waiting.delete(call);
}

function next(): void {
	const [call] = waiting;
	if (!call) return;
	waiting.delete(call);
	if (waiting.size > 0) setTimeout(next);
	call();
}
