import { expect, test } from 'vitest';
import { policiesOf } from './kept';

test.each([
	['nothing is said of it', [], []],
	['those of all clients count', [{ severity: 'low', days: 90 }], ['low 90']],
	[
		'its own go before them',
		[
			{ severity: 'medium', days: 90 },
			{ client: 'Acme', severity: 'low', days: 30 },
			{ client: 'Other', severity: 'low', days: 4 },
		],
		['low 30', 'medium 90'],
	],
	[
		'what its own cover already is not said again',
		[
			{ severity: 'low', days: 90 },
			{ client: 'Acme', severity: 'critical', days: 365 },
		],
		['critical 365'],
	],
	[
		'the lowest comes first',
		[
			{ severity: 'high', days: 365 },
			{ severity: 'informational', days: 7 },
			{ severity: 'medium', days: 0 },
		],
		['informational 7', 'medium 0', 'high 365'],
	],
] as const)('%s', (_, policies, want) =>
	expect(policiesOf([...policies], 'Acme').map((p) => `${p.severity} ${p.days}`)).toEqual(want),
);
