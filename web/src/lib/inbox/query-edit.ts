import type { Severity } from '$lib/api';
import { severities } from '$lib/alerts/words';
import { pieces } from '$lib/alerts/query-terms';

/** How a query stands to a part like "severity:high": asked for, left out, or neither. */
export type Choice = 'chosen' | 'excluded' | 'free';

/** The parts that stand beside each other at the top of a query; one where OR joins them. */
export function parts(query: string): string[] {
	const out: string[] = [];
	let depth = 0;
	let part = '';
	let or = false;
	for (const piece of pieces(query)) {
		if (piece.join && piece.text === '(') depth++;
		if (piece.join && piece.text === ')') depth--;
		const top = depth === 0;
		if (top && piece.join && piece.text === 'OR') or = true;
		if (top && piece.join && piece.text === 'AND') continue;
		if (top && piece.space && part !== 'NOT') {
			if (part) out.push(part);
			part = '';
		} else part += piece.text;
	}
	if (part) out.push(part);
	return or ? [`(${query.trim()})`] : out;
}

/** "severity:high", "severity:(high OR low)", with or without a minus, taken apart. */
function values(part: string): { field: string; values: string[]; not: boolean } | undefined {
	const match = /^(-|NOT )?(\w+)(:|!=)(.+)$/s.exec(part);
	if (!match) return undefined;
	const [, minus, name = '', operator, rest = ''] = match;
	const list = /^\((.*)\)$/s.exec(rest)?.[1];
	const found = list === undefined ? [rest] : pieces(list).filter((piece) => !piece.space);
	const texts = found.map((one) => (typeof one === 'string' ? one : one.text));
	const plain = texts.filter((text) => text !== 'OR');
	// Anything else between the parentheses is more than a list of values.
	if (plain.some((text) => /^(?:[()-]|AND|NOT)$/.test(text)) || texts.length !== plain.length * 2 - 1)
		return undefined;
	return {
		field: fieldOf(name, plain[0] ?? ''),
		values: plain,
		not: (minus !== undefined) !== (operator === '!='),
	};
}

const also: Record<string, string> = {
	state: 'is',
	status: 'is',
	level: 'severity',
	source: 'src',
	sid: 'rule',
};

/** What a value answers: `is` asks for states and for owners, which exclude each other only there. */
function fieldOf(name: string, value: string): string {
	const field = also[name.toLowerCase()] ?? name.toLowerCase();
	return field === 'is' && /^(mine|unclaimed|demo)$/i.test(value) ? `is ${value.toLowerCase()}` : field;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** How a query stands to a part. */
export function choiceOf(query: string, part: string): Choice {
	const there = parts(query);
	const wanted = parts(part);
	if (there.some((one) => same(one, `-(${part})`))) return 'excluded';
	if (wanted.length > 1)
		return wanted.every((one) => there.some((other) => same(one, other))) ? 'chosen' : 'free';
	const asked = values(part);
	const value = asked?.values[0];
	if (!asked || value === undefined) return there.some((one) => same(one, part)) ? 'chosen' : 'free';
	for (const one of there) {
		const known = values(one);
		if (known?.field === asked.field && known.values.some((other) => same(other, value)))
			return known.not ? 'excluded' : 'chosen';
		if (asked.field === 'severity' && compared(one, value) === false) return 'excluded';
	}
	return 'free';
}

/** Whether a severity passes "severity>=high"; undefined when the part is none of these. */
function compared(part: string, value: string): boolean | undefined {
	const match = /^(?:severity|level)(>=|<=|>|<)(\w+)$/i.exec(part);
	const rank = (word: string) => -severities.indexOf((word === 'info' ? 'informational' : word) as Severity);
	if (!match) return undefined;
	const by = rank(value) - rank((match[2] ?? '').toLowerCase());
	return { '>=': by >= 0, '<=': by <= 0, '>': by > 0, '<': by < 0 }[match[1] ?? ''];
}

/** The query without a part, whether it asked for it or left it out. */
export function without(query: string, part: string): string {
	const asked = values(part);
	const wanted = parts(part);
	const kept = parts(query).flatMap((one) => {
		if (same(one, `-(${part})`) || (wanted.length > 1 && wanted.some((other) => same(one, other)))) return [];
		const known = values(one);
		if (asked && known && known.field === asked.field) {
			const left = known.values.filter((value) => !same(value, asked.values[0] ?? ''));
			return left.length === 0 ? [] : [write(one, left, known.not)];
		}
		if (asked?.field === 'severity' && compared(one, asked.values[0] ?? '') === false) return [];
		return same(one, part) ? [] : [one];
	});
	return kept.join(' ');
}

function write(like: string, list: string[], not: boolean): string {
	const field = /^(?:-|NOT )?(\w+)/.exec(like)?.[1] ?? '';
	const value = list.length === 1 ? list[0] : `(${list.join(' OR ')})`;
	return `${not ? '-' : ''}${field}:${value}`;
}

/** The query that asks for a part as well: of the same field, for either. */
export function choose(query: string, part: string): string {
	const clean = without(query, part);
	const asked = values(part);
	const all = parts(clean);
	const at = all.findIndex((one) => {
		const known = values(one);
		return known !== undefined && known.field === asked?.field && !known.not;
	});
	const known = at < 0 ? undefined : values(all[at] ?? '');
	if (!known || !asked) return [...all, part].join(' ');
	all[at] = write(all[at] ?? '', [...known.values, ...asked.values], false);
	return all.join(' ');
}

/** The query that asks for a part instead of any other of `all`: an alert has one owner. */
export function chooseOnly(query: string, part: string, all: readonly string[]): string {
	// The longest first: what is left of it may be another.
	const longest = all.toSorted((a, b) => b.length - a.length);
	return choose(
		longest.reduce((rest, one) => without(rest, one), query),
		part,
	);
}

/** The query that leaves a part out. */
export function exclude(query: string, part: string): string {
	const clean = without(query, part);
	const not = parts(part).length > 1 ? `-(${part})` : `-${part}`;
	return clean ? `${clean} ${not}` : not;
}

const begin = /^(?:after|since|from)(?::|>=?|=)(.+)$/i;
const end = /^(?:before|until|to)(?::|<=?|=)(.+)$/i;

/** The span of time that a query names: only absolute times are a span to draw. */
export function spanOf(query: string): { from: number; until: number } | undefined {
	const time = (pattern: RegExp) => {
		const text = parts(query)
			.map((part) => pattern.exec(part)?.[1])
			.find((found) => found !== undefined);
		return text && /^\d{4}-/.test(text) ? Date.parse(text.replaceAll('"', '')) : NaN;
	};
	const from = time(begin);
	const until = time(end);
	return Number.isNaN(from) || Number.isNaN(until) ? undefined : { from, until };
}

/** The query without any time. */
export function withoutTime(query: string): string {
	return parts(query)
		.filter((part) => !begin.test(part) && !end.test(part))
		.join(' ');
}

/** The query for a span of time, or for all times. */
export function withSpan(query: string, span: { from: number; until: number } | undefined): string {
	const rest = withoutTime(query);
	if (!span) return rest;
	const text = (time: number) => new Date(time).toISOString().replace('.000', '');
	return `${rest} after:${text(span.from)} before:${text(span.until)}`.trim();
}
