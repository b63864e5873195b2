/** A run of bytes: readable text, or an escape for what cannot be shown. */
export interface Run {
	text: string;
	/** True for an escape: the bytes are no text. */
	escaped: boolean;
}

/** How long the UTF-8 sequence at this place is; 0 if it is none. */
function sequence(bytes: Uint8Array, at: number): number {
	const first = bytes[at] ?? 0;
	if (first < 0x80) return 1;
	const length =
		first >= 0xc2 && first < 0xe0
			? 2
			: first >= 0xe0 && first < 0xf0
				? 3
				: first >= 0xf0 && first < 0xf5
					? 4
					: 0;
	for (let i = 1; i < length; i++) {
		const byte = bytes[at + i] ?? 0;
		// The second byte also rules out over-long forms, surrogates and what is beyond U+10FFFF.
		const least = i > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
		const most = i > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
		if (byte < least || byte > most) return 0;
	}
	return length;
}

/**
 * Splits bytes into text and escapes. Bytes that are not UTF-8 and control characters
 * become \xNN, so that everything that is there can be seen.
 */
export function runs(bytes: Uint8Array): Run[] {
	const out: Run[] = [];
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	let start = 0;
	let at = 0;
	const flush = () => {
		if (at > start) out.push({ text: decoder.decode(bytes.subarray(start, at)), escaped: false });
	};
	while (at < bytes.length) {
		const byte = bytes[at] ?? 0;
		const length = sequence(bytes, at);
		if (length > 0 && byte >= 0x20 && byte !== 0x7f) {
			at += length;
			continue;
		}
		flush();
		const text = `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
		const last = out.at(-1);
		if (last?.escaped && at === start) last.text += text;
		else out.push({ text, escaped: true });
		at++;
		start = at;
	}
	flush();
	return out;
}

/** The bytes as text, or undefined where they are not UTF-8 and no text can be exactly them. */
export function exactText(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** sha256 in hex, or undefined where the browser cannot (a page that is neither https nor localhost). */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
	if (!globalThis.crypto?.subtle) return undefined;
	const sum = await crypto.subtle.digest('SHA-256', bytes);
	return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
