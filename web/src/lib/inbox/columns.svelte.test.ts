import { beforeEach, expect, it, vi } from 'vitest';
import { Columns, template, type List } from './columns.svelte';

let kept: Map<string, string>;
beforeEach(() => {
	kept = new Map();
	vi.stubGlobal('localStorage', {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
	});
});

const keys = (columns: Columns, width: number) => columns.fit(width, true).map((column) => column.key);

it('are kept for each person and list', () => {
	new Columns('groups', 'ann').toggle('destination');
	expect(new Columns('groups', 'ann').has('destination')).toBe(true);
	expect(new Columns('groups', 'bob').has('destination')).toBe(false);
	kept.set('socme-columns ann groups', '{"broken');
	expect(new Columns('groups', 'ann').has('source')).toBe(true);
});

it('leave a narrow list in order: destination first, then the name, never the rule', () => {
	const columns = new Columns('alerts', 'ann');
	expect(keys(columns, 1200)).toContain('destination');
	expect(keys(columns, 780)).not.toContain('destination');
	expect(keys(columns, 780)).toContain('name');
	expect(keys(columns, 600)).not.toContain('name');
	expect(keys(columns, 200)).toEqual(['select', 'severity', 'client', 'rule', 'state', 'last']);
});

it('have no box for who may not act', () => {
	const shown = new Columns('groups', 'ann').fit(1200, false);
	expect(shown[0]?.key).toBe('severity');
	expect(template(shown)).toBe('76px 20px minmax(0, 1fr) 138px 52px 14px 20px 56px');
});

it('are others on a phone, where some make a third line', () => {
	const onPhone = (list: List) => new Columns(list, 'ann', true);
	expect(onPhone('alerts').has('destination')).toBe(false);
	expect(onPhone('alerts').third).toEqual([]);
	for (const key of ['node', 'destination', 'first', 'source'] as const) onPhone('groups').toggle(key);
	// Of a group no one node is known; the source stands on the second line, and was taken away.
	expect(onPhone('groups').third).toEqual(['destination', 'first']);
	expect(onPhone('groups').has('source')).toBe(false);
	expect(new Columns('groups', 'ann').has('destination')).toBe(false);
	const columns = onPhone('groups');
	columns.reset();
	expect(columns.third).toEqual([]);
});
