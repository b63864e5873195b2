/** A part of a line. A link's address is http, https, mailto or tel, and nothing else. */
export type Inline =
	{ kind: 'text' | 'strong' | 'code'; text: string } | { kind: 'link'; text: string; href: string };

/** A part of a note. */
export type Block =
	| { kind: 'heading'; level: number; line: Inline[] }
	| { kind: 'paragraph'; lines: Inline[][] }
	| { kind: 'list'; ordered: boolean; items: Inline[][] }
	| { kind: 'code'; text: string };

/**
 * Reads the little of Markdown that notes need: headings, lists, `code`, **strong**, links
 * and fenced code. All else is text as it was typed, so that nothing that a note holds can
 * become markup.
 */
export function read(note: string): Block[] {
	const blocks: Block[] = [];
	const lines = note.replaceAll('\r\n', '\n').split('\n');
	for (let at = 0; at < lines.length; at++) {
		const line = lines[at] ?? '';
		if (line.trim() === '') continue;
		if (line.startsWith('```')) {
			const end = lines.indexOf('```', at + 1);
			const until = end < 0 ? lines.length : end;
			blocks.push({ kind: 'code', text: lines.slice(at + 1, until).join('\n') });
			at = until;
			continue;
		}
		const heading = /^(#{1,3}) +(.+)$/.exec(line);
		if (heading) {
			blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, line: inline(heading[2] ?? '') });
			continue;
		}
		const mark = item(line);
		const taken: Inline[][] = [];
		for (; at < lines.length && continues(lines[at] ?? '', mark?.ordered); at++) {
			const text = lines[at] ?? '';
			taken.push(inline(item(text)?.text ?? text));
		}
		at--;
		blocks.push(
			mark ? { kind: 'list', ordered: mark.ordered, items: taken } : { kind: 'paragraph', lines: taken },
		);
	}
	return blocks;
}

/** The text of a list's line, and whether it has a number; undefined for any other line. */
function item(line: string): { ordered: boolean; text: string } | undefined {
	const [, mark = '', text = ''] = /^ {0,3}([-*]|\d{1,3}[.)]) +(.+)$/.exec(line) ?? [];
	return mark ? { ordered: mark.length > 1, text } : undefined;
}

/** Whether a line belongs to the list (of this kind) or the paragraph (undefined) before it. */
function continues(line: string, ordered: boolean | undefined): boolean {
	if (line.trim() === '' || line.startsWith('```') || /^#{1,3} +\S/.test(line)) return false;
	return item(line)?.ordered === ordered;
}

const marks =
	/`([^`]+)`|\*\*([^*]+)\*\*|\[([^\][]+)\]\(((?:https?:\/\/|mailto:|tel:)[^\s()]+)\)|(https?:\/\/[^\s<>"()]*[^\s<>"().,:;!?'])/g;

function inline(line: string): Inline[] {
	const out: Inline[] = [];
	let end = 0;
	for (const found of line.matchAll(marks)) {
		const [whole, code, strong, text, href, bare] = found;
		if (found.index > end) out.push({ kind: 'text', text: line.slice(end, found.index) });
		end = found.index + whole.length;
		if (code !== undefined) out.push({ kind: 'code', text: code });
		else if (strong !== undefined) out.push({ kind: 'strong', text: strong });
		else out.push({ kind: 'link', text: text ?? whole, href: href ?? bare ?? '' });
	}
	if (end < line.length) out.push({ kind: 'text', text: line.slice(end) });
	return out;
}
