import type { AlertDetail } from '$lib/api';
import { t } from './detail.words';
import { endpoint, engineName, sourceOf } from './words';

type Alert = Pick<
	AlertDetail,
	| 'rule'
	| 'source'
	| 'destination'
	| 'agent'
	| 'application'
	| 'protocol'
	| 'category'
	| 'action'
	| 'details'
	| 'via'
>;

/** The value of a detail; empty where the alert has none of the name. */
export function detail(alert: Pick<Alert, 'details'>, name: string): string {
	return (alert.details ?? []).find((one) => one.name === name)?.value ?? '';
}

/**
 * Why an alert fired, in sentences made of what it says itself and of nothing else. SOCme's
 * own say what to do, so that is their reason.
 */
export function why(alert: AlertDetail): string[] {
	if (alert.rule.engine === 'socme')
		return [t.why.socme, detail(alert, 'reason'), detail(alert, 'what to do')].filter(Boolean);
	const from = sourceOf(alert);
	const to = endpoint(alert.destination);
	const over = (alert.application || alert.protocol || '').toUpperCase();
	const engine = engineName(alert.rule.engine);
	const first =
		alert.rule.engine === 'wazuh'
			? t.why.record(engine, alert.agent?.name ?? '', detail(alert, 'location'), detail(alert, 'wazuh level'))
			: t.why.traffic(engine, from, to, over);
	const seen = detail(alert, 'fired times');
	return [
		first,
		alert.category ? t.why.category(alert.category) : '',
		said(alert.action),
		detail(alert, 'malware family') ? t.why.family(detail(alert, 'malware family')) : '',
		detail(alert, 'cve') ? t.why.cve(detail(alert, 'cve')) : '',
		Number(seen) > 1 ? t.why.times(Number(seen)) : '',
	].filter(Boolean);
}

function said(action: string | undefined): string {
	if (action === 'allowed') return t.why.allowed;
	if (action === 'blocked') return t.why.blocked;
	return '';
}

/** The line that a log rule matched, as it stood there; empty where it is not a log. */
export function evidence(alert: Pick<Alert, 'details'>): string {
	return detail(alert, 'log') || detail(alert, 'message');
}
