const soon = new Set<() => void>();
const later = new Set<() => void>();

/**
 * Calls each of what waits in a task of its own, in order, after what is there already was
 * drawn: a page that is made in many short tasks answers meanwhile, one that is made in a
 * long one does not. What may come later waits for all that may not. Returns what takes it back.
 */
export function inTurn(call: () => void, mayBeLater = false): () => void {
	if (soon.size + later.size === 0) afterFrame(next);
	(mayBeLater ? later : soon).add(call);
	return () => void (soon.delete(call) || later.delete(call));
}

function next(): void {
	const [call] = soon.size > 0 ? soon : later;
	if (!call) return;
	if (!soon.delete(call)) later.delete(call);
	if (soon.size + later.size > 0) setTimeout(next);
	call();
}

/** Begins something when what is there was drawn. Returns what takes it back, or ends it. */
export function afterFrame(begin: () => void | (() => void)): () => void {
	let wanted = true;
	let end: void | (() => void);
	const call = () => {
		if (wanted) end = begin();
	};
	// A page that nobody sees draws no frames.
	if (globalThis.document?.hidden !== false) setTimeout(call);
	else requestAnimationFrame(() => setTimeout(call));
	return () => {
		wanted = false;
		end?.();
	};
}
