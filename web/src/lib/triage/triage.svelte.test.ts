import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Triage, undoFor } from './triage.svelte';

const { calls, api } = vi.hoisted(() => {
	vi.stubGlobal('location', { origin: 'http://core' });
	const calls: { path: string; id?: string; body?: unknown }[] = [];
	const refuse = new Set<string>();
	const post = async (path: string, init: { params?: { path: { id: string } }; body?: { verb: string } }) => {
		const id = init.params?.path.id;
		calls.push({ path, id, body: init.body });
		if (id && refuse.has(id))
			return { error: { detail: `${id} is taken.` }, response: new Response(null, { status: 409 }) };
		const data = { id: `did-${id}`, verb: init.body?.verb ?? 'undo', who: 'ann', time: '', alerts: 2 };
		return { data, response: new Response() };
	};
	return { calls, api: { POST: post, refuse } };
});
vi.mock('$lib/api', async (original) => ({ ...(await original<object>()), api }));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
	calls.length = 0;
	api.refuse.clear();
	vi.useRealTimers();
});

it('takes a step on a group as it was shown', async () => {
	const triage = new Triage();
	const { alerts, problem } = await triage.act({ group: 'g', asOf: 7 }, { verb: 'acknowledge' });
	expect([alerts, problem]).toEqual([2, undefined]);
	expect(calls).toEqual([
		{ path: '/api/v1/groups/{id}/actions', id: 'g', body: { verb: 'acknowledge', as_of: 7 } },
	]);
});

it('of several says how much was done, and why the rest was not', async () => {
	api.refuse.add('b');
	const triage = new Triage();
	const outcome = await triage.act({ groups: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }, { verb: 'claim' });
	expect([outcome.alerts, outcome.left, outcome.problem?.message]).toEqual([4, 1, 'b is taken.']);
	expect(outcome.problems.map(({ at }) => at)).toEqual([1]);
	expect(triage.done?.action.alerts).toBe(4);
	expect(triage.problem?.message).toBe('b is taken.');
});

it('takes back all of the last step, the last first, and for 30 seconds', async () => {
	const triage = new Triage();
	await triage.act({ groups: [{ id: 'a' }, { id: 'b' }] }, { verb: 'escalate' });
	calls.length = 0;
	const { alerts } = await triage.undo();
	expect(calls.map(({ id }) => id)).toEqual(['did-b', 'did-a']);
	expect([alerts, triage.done, triage.undone?.alerts]).toEqual([4, undefined, 4]);

	await triage.act({ alert: 'x' }, { verb: 'escalate' });
	expect(triage.undone).toBeUndefined();
	vi.advanceTimersByTime(undoFor);
	expect(triage.done).toBeUndefined();
});

it('a comment is not taken back', async () => {
	const triage = new Triage();
	await triage.act({ alert: 'x' }, { verb: 'escalate' });
	await triage.act({ alert: 'x' }, { verb: 'comment', text: 'called them' });
	expect(triage.done?.action.verb).toBe('escalate');
});
