import type { Alert } from '$lib/api';
import { t } from './detail.words';
import { engineName } from './words';

/** One station of an alert's way. */
export interface Station {
	id: 'sensor' | 'node' | 'core' | 'you';
	/** Which one it was. */
	who: string;
	/** What its time is called. */
	what: 'event' | 'seen' | 'received' | 'shown';
	time: string | undefined;
	/** How long the way to here took, in ms; undefined where a time is missing. */
	took: number | undefined;
	/** A way that took less than nothing: the two clocks do not agree. */
	skewed: boolean;
	/** It took more than a minute: the node had no way to the core, or read an old file. */
	late: boolean;
}

const minute = 60_000; // ms

/** Clocks of two machines are never quite the same; a little is no news. */
const tolerance = -50; // ms

/** Whose alert it is, and what passed it on. */
function sensor(alert: Alert): string {
	const engine = engineName(alert.rule.engine);
	return alert.via ? t.hop.through(engine, engineName(alert.via)) : engine;
}

/** Where the node read the alert's line; empty where it did not say. */
export function placeOf(alert: Alert): string {
	const place = alert.place;
	if (!place) return '';
	return place.offset === undefined ? place.path : t.fromByte(place.path, place.offset);
}

/**
 * The way of an alert from the sensor to the core and, where it is known when it was shown
 * here, to who reads. That last hop is one only while the alert is fresh: who opens an old
 * one has not waited for it.
 */
export function stations(alert: Alert, shown?: number): Station[] {
	const here = shown === undefined ? undefined : shown - Date.parse(alert.received_time);
	const live = here !== undefined && here < minute;
	const raw: Omit<Station, 'took' | 'skewed' | 'late'>[] = [
		{ id: 'sensor', who: sensor(alert), what: 'event', time: alert.event_time },
		{ id: 'node', who: alert.node, what: 'seen', time: alert.seen_time },
		{ id: 'core', who: t.hop.committed, what: 'received', time: alert.received_time },
	];
	if (shown !== undefined)
		raw.push({
			id: 'you',
			who: live ? t.hop.live : t.hop.opened,
			what: 'shown',
			time: new Date(shown).toISOString(),
		});
	return raw.map((station, i) => {
		const before = raw[i - 1]?.time;
		const known = before && station.time && (station.id !== 'you' || live);
		const took = known && station.time ? Date.parse(station.time) - Date.parse(before) : undefined;
		return {
			...station,
			took,
			skewed: took !== undefined && took < tolerance,
			late: took !== undefined && took > minute,
		};
	});
}
