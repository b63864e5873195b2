import type { Alert } from '$lib/api';
import { count } from '$lib/number';
import { engineName } from './words';

/** One station of an alert's way. */
export interface Station {
	name: 'Sensor' | 'Node' | 'Core';
	/** Which one it was. */
	who: string;
	/** What its time is called. */
	what: 'event' | 'seen' | 'received';
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
	return alert.via ? `${engine} through ${engineName(alert.via)}` : engine;
}

/** Where the node read the alert's line; empty where it did not say. */
export function placeOf(alert: Alert): string {
	const place = alert.place;
	if (!place) return '';
	return place.offset === undefined ? place.path : `${place.path}, from byte ${count(place.offset)}`;
}

/** The way of an alert from the sensor to the core. */
export function stations(alert: Alert): Station[] {
	const raw: Omit<Station, 'took' | 'skewed' | 'late'>[] = [
		{ name: 'Sensor', who: sensor(alert), what: 'event', time: alert.event_time },
		{ name: 'Node', who: alert.node, what: 'seen', time: alert.seen_time },
		{ name: 'Core', who: 'committed', what: 'received', time: alert.received_time },
	];
	return raw.map((station, i) => {
		const before = raw[i - 1]?.time;
		const took = before && station.time ? Date.parse(station.time) - Date.parse(before) : undefined;
		return {
			...station,
			took,
			skewed: took !== undefined && took < tolerance,
			late: took !== undefined && took > minute,
		};
	});
}
