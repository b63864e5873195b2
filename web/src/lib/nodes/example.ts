import type { Health, Node } from '$lib/api';

/** What a node tells of itself, for tests: all is well. */
export function exampleHealth(parts: Partial<Health> = {}): Health {
	return {
		outbox_records: 0,
		outbox_bytes: 0,
		outbox_quota: 100,
		cpu_percent: 0,
		memory_bytes: 0,
		load: 0,
		cores: 1,
		cpu_usage_percent: 0,
		memory_free: 50,
		memory_total: 100,
		disk_free: 50,
		disk_total: 100,
		...parts,
	};
}

/** A node for tests; only what they are about is theirs. */
export function exampleNode(parts: Partial<Node> = {}): Node {
	return {
		id: 'n',
		name: 'gate',
		client: 'Clinic',
		client_id: 'c',
		demo: false,
		state: 'delivering',
		delivered: 0,
		waiting: 0,
		alerts: 0,
		repeated: 0,
		dropped: 0,
		missing: 0,
		forks: 0,
		heads: [],
		sources: [],
		health: exampleHealth(),
		enrolled_time: '2026-10-01T00:00:00Z',
		last_seen_time: '2026-10-13T14:31:50Z',
		clock_skew_ms: 0,
		ledger_key: '',
		...parts,
	};
}
