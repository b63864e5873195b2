import type { components } from '$lib/api.gen';

export type Choice = components['schemas']['QueryChoice'];

/** A text and where the cursor stands in it, in UTF-16 units as a field counts. */
export interface Written {
	text: string;
	cursor: number;
}

/** What a choice makes of a text; start and end are characters, as the API counts. */
export function taken(text: string, span: { start: number; end: number }, choice: Choice): Written {
	const characters = [...text];
	const before = characters.slice(0, span.start).join('') + choice.text;
	const after = characters.slice(span.end).join('');
	const gap = choice.open || /^[\s)]/.test(after) ? '' : ' ';
	return { text: before + gap + after, cursor: before.length + gap.length };
}
