import type { Rule } from '$lib/rules.gen';
import { t } from './form.words';

/** What the rule has against a value, in words; empty when nothing. An empty value is only ever missing. */
export function check(rule: Rule, value: string): string {
	if (value.trim() === '') return rule.required ? t.required : '';
	if (rule.number) return checkNumber(rule, value);
	const length = [...value].length; // characters, as the core counts them
	if (rule.minLength !== undefined && length < rule.minLength) return t.minLength(rule.minLength);
	if (rule.maxLength !== undefined && length > rule.maxLength) return t.maxLength(rule.maxLength, length);
	if (rule.enum && !rule.enum.includes(value)) return t.choice;
	if (rule.pattern !== undefined && !new RegExp(rule.pattern, 'u').test(value)) return t.pattern;
	if (rule.format === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return t.email;
	if (rule.format === 'uri' && !URL.canParse(value)) return t.uri;
	return '';
}

function checkNumber(rule: Rule, value: string): string {
	const n = Number(value);
	if (!Number.isFinite(n)) return t.number;
	if (rule.minimum !== undefined && n < rule.minimum) return t.minimum(rule.minimum);
	if (rule.maximum !== undefined && n > rule.maximum) return t.maximum(rule.maximum);
	return '';
}

/** The name of a rule for a place in the input: "contacts[3].name" has that of "contacts[].name". */
export function ruleName(field: string): string {
	return field.replace(/\[\d+\]/g, '[]');
}
