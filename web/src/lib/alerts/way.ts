import type { AlertDetail } from '$lib/api';
import { count } from '$lib/number';
import type { Entry } from '$lib/triage/timeline';
import { t } from './detail.words';
import { engineName, ruleName } from './words';

/** The stations of an alert as lines of its timeline, beside what people did. */
export function wayOf(alert: AlertDetail): Entry[] {
	const line = (id: string, time: string | undefined, title: string, note: string): Entry[] =>
		time ? [{ id, time, title, note, text: '', mentions: [], undone: false, person: false }] : [];
	const place = alert.lane && alert.seq ? `${alert.lane} ${count(alert.seq)}` : '';
	return [
		...line('event', alert.event_time, t.way.fired, engineName(alert.rule.engine)),
		...line('seen', alert.ledger ? alert.seen_time : undefined, t.way.seen, alert.node),
		...line('received', alert.received_time, t.way.received, place),
		...alert.witness_list.flatMap((witness) =>
			line(
				witness.id,
				witness.received_time,
				t.way.witness(engineName(witness.rule.engine)),
				ruleName(witness),
			),
		),
	];
}
