import type { Alert } from '$lib/api';

/** An alert for tests; only what they are about is theirs. */
export function exampleAlert(parts: Partial<Alert> & { id: string }): Alert {
	return {
		sort_key: parts.id,
		client: 'Clinic',
		client_id: 'c',
		node: 'gate',
		node_id: 'n',
		demo: false,
		severity: 'low',
		state: 'open',
		rule: { engine: 'suricata', id: '1', name: '' },
		source: {},
		destination: {},
		received_time: '2026-01-01T00:00:00Z',
		raw_sha256: '',
		raw_size: 0,
		...parts,
	};
}
