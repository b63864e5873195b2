import type { NewNodeToken } from '$lib/api';

/** A token that enrols a node, and what it says. */
export interface NodeToken {
	text: string;
	expires: string;
	/** Where nodes reach the core: "https://core.example:8443"; empty where the token does not say. */
	door: string;
	/** Nobody but the core's own machine reaches it there. */
	local: boolean;
}

/** Reads a token of the core's. What is in it is for the node; here it only says where the core is. */
export function token(made: NewNodeToken): NodeToken {
	const door = doorOf(made.token);
	return { text: made.token, expires: made.expires_time, door, local: isLocal(door) };
}

function doorOf(text: string): string {
	try {
		const packed = text
			.replace(/^socme-node-/, '')
			.replaceAll('-', '+')
			.replaceAll('_', '/');
		const said: unknown = JSON.parse(atob(packed));
		if (typeof said !== 'object' || said === null || !('c' in said) || !Array.isArray(said.c)) return '';
		return typeof said.c[0] === 'string' ? said.c[0] : '';
	} catch {
		return ''; // a token of a core that is newer than this page
	}
}

function isLocal(door: string): boolean {
	if (!URL.canParse(door)) return false;
	const { hostname } = new URL(door);
	return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
