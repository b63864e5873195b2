import { expect, test } from '@playwright/test';
import { Core } from './core';
import { alertLine } from './eve';
import { flat, look, pictures, row, signIn, watch } from './page';

// What is rare, in both themes and on both sizes. The core is real; only the one answer is
// changed on its way.
const looks = [
	{ theme: 'dark', size: { name: 'desktop', width: 1440, height: 900 } },
	{ theme: 'light', size: { name: 'phone', width: 390, height: 844 } },
] as const;

let core: Core;
test.beforeAll(async () => {
	core = await Core.start();
	await core.write(alertLine({ signature: 'PAGE stays' }));
});
test.afterAll(() => core.remove());
test.beforeEach(({ context }) => signIn(core, context));

for (const { theme, size } of looks) {
	test(`a node in trouble is loud, ${size.name}, ${theme}`, async ({ page }) => {
		await page.setViewportSize(size);
		await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
		const wrong = await watch(page);
		await page.route(/\/api\/v1\/nodes(\/[^/]+)?$/, async (route) => {
			const response = await route.fetch();
			const got = await response.json();
			const json = got.items ? { ...got, items: got.items.map(inTrouble) } : inTrouble(got);
			await route.fulfill({ response, json });
		});
		await page.goto(`${core.url}/nodes`);
		const listed = page.getByRole('listitem').first();
		await expect(listed).toContainText('outbox in trouble');
		await expect(listed).toContainText('clock +1 h 5 m');
		await look(page, `nodes-trouble-${size.name}-${theme}`);
		await listed.getByRole('link').click();
		await expect(page.getByRole('alert')).toContainText('The disk is full');
		await expect(page.getByText("The node's clock is 1 h 5 m ahead of the core's")).toBeVisible();
		const health = page.getByRole('region', { name: 'Health' });
		await expect(health).toContainText('Cannot be written');
		await expect(health).toContainText('Nearly full');
		const sources = page.getByRole('region', { name: 'Sources' });
		await expect(sources).toContainText('Wazuh indexer');
		await expect(sources).toContainText('It failed 12 times and was started again');
		await expect(sources).toContainText('certificate signed by unknown authority');
		await expect(sources).toContainText('Lag 48 MiB, 1 m 15 s');
		const withheld = page.getByRole('region', { name: 'Not delivered' });
		await expect(withheld).toContainText('1,204 kept back, 318 dropped');
		await look(page, `node-trouble-${size.name}-${theme}`);
		await withheld.scrollIntoViewIfNeeded();
		await page.screenshot({ path: `${pictures}/node-trouble-below-${size.name}-${theme}.png` });
		expect(wrong).toEqual([]);
	});

	test(`witnesses and states are in the row and beside the alert, ${size.name}, ${theme}`, async ({
		page,
	}) => {
		await page.setViewportSize(size);
		await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
		const wrong = await watch(page);
		await page.route(/\/api\/v1\/alerts(\?.*|\/[0-9a-f]+)$/, async (route) => {
			const response = await route.fetch();
			const got = await response.json();
			const json = got.items ? { ...got, items: got.items.map(witnessed) } : witnessed(got);
			await route.fulfill({ response, json });
		});
		await page.goto(core.url + flat);
		const shown = row(page, 'PAGE stays');
		await expect(shown).toContainText('2 witnesses');
		await expect(shown).toContainText('Resolved');
		await look(page, `witnesses-list-${size.name}-${theme}`);
		await shown.getByRole('link').click();
		if (size.name === 'desktop') {
			await expect(page.getByRole('complementary', { name: 'Alert' })).toBeVisible();
			await page.keyboard.press('o');
		}
		await expect(page.getByText(/Resolved by itself, 3 m ago:\s+the node was heard again/)).toBeVisible();
		if (size.name !== 'desktop') await page.getByRole('tab', { name: 'Provenance' }).click();
		const witnesses = page.getByRole('region', { name: 'witnesses' });
		await expect(witnesses.getByRole('listitem')).toHaveCount(2);
		await expect(witnesses).toContainText('by way of Wazuh');
		await expect(witnesses).toContainText('Critical');
		await expect(witnesses.getByRole('link', { name: 'Raw line' }).first()).toHaveAttribute(
			'href',
			`/api/v1/alerts/${'a1'.repeat(16)}/raw`,
		);
		await look(page, `witnesses-${size.name}-${theme}`);
		expect(wrong).toEqual([]);
	});
}

/** The node as it would be after the worst day. */
function inTrouble(node: { health?: object; sources: object[] }): object {
	const source = { ...node.sources[0], lag_bytes: 50_331_648, lag_seconds: 75, malformed: 3, too_long: 1 };
	const indexer = {
		...source,
		name: 'wazuh-indexer https://wazuh.clinic.example:9200',
		kind: 'wazuh-indexer',
		path: 'https://wazuh.clinic.example:9200',
		state: 'error',
		error:
			'search https://wazuh.clinic.example:9200/wazuh-alerts-4.x-*/_search: tls: failed to verify certificate: x509: certificate signed by unknown authority',
		failures: 12,
		lag_bytes: 0,
		lag_seconds: 0,
		malformed: 0,
		too_long: 0,
		last_line_time: undefined,
	};
	const withheld = {
		severity: 'low',
		first_time: new Date(Date.now() - 3 * 24 * 3600_000).toISOString(),
		last_time: new Date(Date.now() - 240_000).toISOString(),
	};
	return {
		...node,
		clock_skew_ms: 3_900_000,
		waiting: 1204,
		health: {
			...node.health,
			outbox_records: 1204,
			outbox_bytes: 2.02e9,
			outbox_quota: 2 * 1024 ** 3,
			oldest_time: new Date(Date.now() - 3_600_000).toISOString(),
			trouble: 'the disk is full: nothing new is taken in until there is room; what waits is delivered',
			disk_free: 400e6,
			disk_total: 40e9,
			suricata: '7.0.10',
			wazuh: '4.9.2',
		},
		sources: [source, indexer],
		withheld: [
			{
				...withheld,
				rule: { engine: 'suricata', id: '2210020', name: 'SURICATA STREAM ESTABLISHED packet out of window' },
				why: 'filter',
				reason: 'noise of the old firewall',
				count: 1204,
			},
			{
				...withheld,
				severity: 'medium',
				rule: {
					engine: 'wazuh',
					id: '31151',
					name: 'Multiple web server 400 error codes from same source ip.',
				},
				why: 'quota',
				count: 318,
			},
		],
	};
}

/** The alert as it is when two other sensors told of its event, and it is over. */
function witnessed(alert: { rule: object; lane?: string; epoch?: string }): object {
	const of = {
		rule: alert.rule,
		lane: alert.lane,
		epoch: alert.epoch,
		raw_size: 1893,
		received_time: '2026-10-13T14:31:52.507Z',
	};
	return {
		...alert,
		severity: 'critical',
		state: 'resolved',
		resolved_time: new Date(Date.now() - 200_000).toISOString(),
		resolution: 'the node was heard again',
		witnesses: 2,
		witness_list: [
			{ ...of, id: 'a1'.repeat(16), via: 'wazuh', severity: 'high', seq: 1205, raw_sha256: 'b2'.repeat(32) },
			{
				...of,
				id: 'c3'.repeat(16),
				rule: { engine: 'wazuh', id: '86601', name: 'Suricata: Alert - PAGE stays' },
				severity: 'critical',
				seq: 12311,
				raw_sha256: 'd4'.repeat(32),
			},
		],
	};
}
