import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './api.gen';
import { t } from './api.words';
import { said } from './i18n/said';

type Schemas = components['schemas'];

export type Advisory = Schemas['Advisory'];
export type AdvisoryKind = Advisory['kind'];
export type Publisher = Schemas['Publisher'];
export type Agent = Schemas['ListedAgent'];
export type AgentCounts = Pick<
	Schemas['AgentTotals'],
	'active' | 'disconnected' | 'pending' | 'never_connected'
>;
export type AgentTotals = Schemas['AgentTotals'];
export type About = Schemas['About'];
export type Action = Schemas['Action'];
export type Alert = Schemas['StoredAlert'];
export type AlertDetail = Schemas['AlertDetail'];
export type Client = Schemas['Client'];
export type ClientOverview = Schemas['ClientOverview'];
export type Contact = Schemas['Contact'];
export type Colleague = Schemas['Colleague'];
export type Doing = Schemas['Doing'];
export type NewTOTP = Schemas['NewTOTP'];
export type Observable = Schemas['Observable'];
export type CoreOverview = Schemas['Overview'];
export type Endpoint = Schemas['Endpoint'];
export type Group = Schemas['Group'];
export type Facet = Schemas['Facet'];
export type Facets = Schemas['Facets'];
export type GroupCount = Schemas['GroupCount'];
export type GroupFacet = Schemas['GroupFacet'];
export type GroupDetail = Schemas['GroupDetail'];
export type Head = Schemas['HeadState'];
export type Histogram = Schemas['Histogram'];
export type Health = Schemas['NodeHealth'];
export type AuditRecord = Schemas['AuditRecord'];
export type Invited = Schemas['Invited'];
export type NewToken = Schemas['NewToken'];
export type NewNodeToken = Schemas['NodeToken'];
export type Hold = Schemas['Hold'];
export type LedgerRecord = Schemas['LedgerRecord'];
export type Matches = Schemas['Matches'];
export type Node = Schemas['Node'];
export type NodeCount = Schemas['NodeCount'];
export type NodeDetail = Schemas['NodeDetail'];
export type Overview = Schemas['Overview'];
export type Session = Schemas['Session'];
export type Severity = Alert['severity'];
export type Sighting = Schemas['Sighting'];
export type Similar = Schemas['Similar'];
export type Source = Schemas['SourceHealth'];
export type TapeCell = Schemas['TapeCell'];
export type Token = Schemas['Token'];
export type Verb = Action['verb'];
export type Verdict = NonNullable<Action['verdict']>;
export type User = Schemas['User'];
export type UserSession = Schemas['UserSession'];
export type View = Schemas['View'];
export type ViewChange = Schemas['ViewChange'];
export type Withheld = Schemas['Withheld'];
export type Witness = Schemas['Witness'];

/** What went wrong, in words for a person. */
export interface Problem {
	/** HTTP status; 0 when the core could not be reached. */
	status: number;
	message: string;
	/** The request's id, to find it in the core's log; empty if there is none. */
	request: string;
	/** Where in the input: "query.14" is column 14 of the query, counted from 1. */
	location: string;
	/** Everything that is wrong with the input, each with its place: "body.name". */
	errors: { message: string; location: string }[];
	/** Of a step that does not fit: what made it so. */
	refusal?: Refusal;
}

/** What an alert is already, and the step that led there. */
export interface Refusal {
	state: Alert['state'];
	/** Set where somebody else has it. */
	owner?: string;
	last?: Pick<Action, 'who' | 'time'>;
}

export const api = createClient<paths>({ baseUrl: location.origin });

/** Calls back when the core says that nobody is signed in. Returns its own stop. */
export function onSignedOut(call: () => void): () => void {
	const watch: Middleware = {
		onResponse({ response, request }) {
			if (response.status === 401 && !new URL(request.url).pathname.startsWith('/api/v1/session')) call();
		},
	};
	api.use(watch);
	return () => api.eject(watch);
}

/** Turns the error of an answer into a problem. */
export function problemOf(error: Partial<Schemas['ErrorModel']> | undefined, response: Response): Problem {
	const first = error?.errors?.[0];
	return {
		status: response.status,
		message: said(first?.message ?? error?.detail ?? error?.title ?? t.answered(response.status)),
		request: error?.instance ?? '',
		location: first?.location ?? '',
		refusal: first?.location === 'step' && isRefusal(first.value) ? first.value : undefined,
		errors: (error?.errors ?? []).map((e) => ({
			message: said(e.message ?? ''),
			location: e.location ?? '',
		})),
	};
}

function isRefusal(value: unknown): value is Refusal {
	return typeof value === 'object' && value !== null && 'state' in value;
}

/** Turns what fetch throws into a problem. */
export function unreachable(): Problem {
	return { status: 0, message: t.unreachable, request: '', location: '', errors: [] };
}

/** What a call gives: data or a problem, and never an exception. */
export type Result<T> =
	| { data: T; problem: undefined; response: Response }
	| { data: undefined; problem: Problem; response: Response | undefined };

/** Waits for a call of `api` and gives its data or its problem. */
export async function ask<T>(
	call: Promise<{ data?: T; error?: Partial<Schemas['ErrorModel']>; response: Response }>,
): Promise<Result<T>> {
	try {
		const { data, error, response } = await call;
		if (error === undefined && response.ok) {
			// An answer without a body (204) has no data; its type is undefined as well.
			return { data: data as T, problem: undefined, response };
		}
		return { data: undefined, problem: problemOf(error, response), response };
	} catch {
		return { data: undefined, problem: unreachable(), response: undefined };
	}
}
