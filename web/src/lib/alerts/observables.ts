import type { Observable, Sighting } from '$lib/api';
import { t } from './detail.words';

/** The word for a kind of observable. */
export function observableName(type: Observable['type']): string {
	return t.observable[type];
}

/** How often it was seen, once that is known and was counted. */
export function sightingOf(
	sightings: readonly Sighting[] | undefined,
	type: Observable['type'],
	value: string,
): Sighting | undefined {
	return sightings?.find((one) => one.type === type && one.value === value);
}

const url = /^\w+:\/\/([^/:?#]+)(?::\d+)?(.*)$/;

/**
 * Where alerts with the same text are: the query box with it as a phrase. A URL becomes two, since
 * most sensors know its host and its path apart.
 */
export function byText(value: string): string {
	const [, host, path] = url.exec(value) ?? [];
	const parts = host ? [host, path ?? ''] : [value];
	const query = parts.filter((part) => /[\p{L}\p{N}]/u.test(part)).map(phrase);
	return `/alerts?${new URLSearchParams({ query: query.join(' ') })}`;
}

/** A phrase has no way to hold a quote; signs separate words anyway. */
const phrase = (text: string) => `"${text.replaceAll('"', ' ')}"`;
