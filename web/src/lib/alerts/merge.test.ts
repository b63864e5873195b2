import { describe, expect, it } from 'vitest';
import type { Alert } from '$lib/api';
import { merge } from './merge';

const alert = (id: string): Alert => ({
	id,
	client: 'Clinic',
	client_id: 'c',
	node: 'n',
	node_id: 'n',
	demo: false,
	severity: 'low',
	rule: { engine: 'suricata', id: '1', name: '' },
	source: {},
	destination: {},
	received_time: '2026-01-01T00:00:00Z',
	raw_sha256: '',
	raw_size: 0,
});
const list = (ids: string) => [...ids].map(alert);
const ids = (rows: Alert[]) => rows.map((row) => row.id).join('');

describe('merge', () => {
	it.each([
		['newer ones go on top', 'dcb', 'fe', '', 'fedcb'],
		['late ones go to their place', 'fdb', 'ec', '', 'fedcb'],
		['none comes twice', 'dcb', 'dcx', '', 'xdcb'],
		['none comes twice from the new ones either', 'b', 'dd', '', 'db'],
		['older pages go below', 'fe', 'dcb', '', 'fedcb'],
		['what belongs to an unread page waits', 'fd', 'ea', 'd', 'fed'],
		['nothing new changes nothing', 'fed', '', '', 'fed'],
		['into nothing', '', 'bca', '', 'cba'],
	])('%s', (_, rows, more, floor, want) => expect(ids(merge(list(rows), list(more), floor))).toBe(want));
});
