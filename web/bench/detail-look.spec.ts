import { expect, test } from '@playwright/test';
import { Core } from '../e2e/core';
import { signIn, watch } from '../e2e/page';

const dir = '/tmp/hh/detail/pic';
test('look', async ({ browser }) => {
	test.setTimeout(280_000);
	const core = await Core.start({ demo: true });
	try {
		const context = await browser.newContext({
			viewport: { width: 1440, height: 900 },
			colorScheme: 'dark',
			locale: 'en-GB',
			timezoneId: 'Europe/Paris',
		});
		await signIn(core, context);
		const ask = async (path: string) => (await context.request.get(`${core.url}/api/v1${path}`)).json();
		await expect
			.poll(async () => (await ask('/groups?limit=5')).items.length, { timeout: 60_000 })
			.toBeGreaterThan(4);
		await new Promise((done) => setTimeout(done, 6000));
		const groups = (await ask('/groups?limit=100')).items;
		groups.sort((a: { alerts: number }, b: { alerts: number }) => b.alerts - a.alerts);
		const group = groups.find((g: { rule: { engine: string } }) => g.rule.engine === 'suricata') ?? groups[0];
		const wazuh = (await ask('/alerts?query=engine:wazuh&limit=1')).items[0];
		const list = (await ask(`/groups/${group.id}/alerts?limit=4`)).items;
		const post = (path: string, data: object) =>
			context.request.post(`${core.url}/api/v1${path}`, { data, headers: { Origin: core.url } });
		await post(`/alerts/${list.at(-1).id}/actions`, { verb: 'resolve', verdict: 'true-positive' });
		await post(`/alerts/${list.at(-2).id}/actions`, { verb: 'resolve', verdict: 'benign', text: 'a drill' });
		await post(`/groups/${group.id}/actions`, { verb: 'comment', text: '@analyst have a look, please' });
		await post(`/alerts/${list[0].id}/actions`, { verb: 'claim' });
		const page = await context.newPage();
		const wrong = await watch(page);
		const shot = async (name: string) => {
			await page.waitForTimeout(1200);
			await page.screenshot({ path: `${dir}/${name}.png` });
			const wide = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
			);
			if (wide > 0) console.log(name, 'WIDE', wide);
		};
		await page.goto(`${core.url}/alerts/${list[0].id}`);
		await shot('alert-dark');
		await page.keyboard.press('r');
		await shot('alert-verdicts');
		await page.keyboard.press('Escape');
		await page.keyboard.press('a');
		await shot('alert-acked');
		await page.goto(`${core.url}/alerts/${wazuh.id}`);
		await shot('alert-wazuh');
		await page.goto(`${core.url}/groups/${group.id}`);
		await shot('group-dark');
		await page.goto(`${core.url}/alerts?list=alerts&open=${list[0].id}`);
		await shot('sheet-dark');
		await page.keyboard.press('j');
		await page.goto(`${core.url}/alerts?open=${group.id}`);
		await shot('group-sheet-dark');
		for (const tab of ['Alerts', 'Timeline', 'Similar', 'Raw', 'Provenance']) {
			await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
			await shot(`sheet-${tab.toLowerCase()}`);
		}
		await page.emulateMedia({ colorScheme: 'light' });
		await page.evaluate(() => localStorage.setItem('socme-language', 'fr'));
		await page.goto(`${core.url}/alerts/${list[0].id}`);
		await shot('alert-light-fr');
		await page.goto(`${core.url}/groups/${group.id}`);
		await shot('group-light-fr');
		await page.setViewportSize({ width: 390, height: 844 });
		await page.goto(`${core.url}/groups/${group.id}`);
		await shot('phone-group-fr');
		await page.evaluate(() => localStorage.setItem('socme-language', 'en'));
		await page.emulateMedia({ colorScheme: 'dark' });
		await page.goto(`${core.url}/alerts/${list[0].id}`);
		await shot('phone-alert');
		for (const tab of ['Timeline', 'Provenance']) {
			await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
			await shot(`phone-${tab.toLowerCase()}`);
		}
		await page.getByRole('button', { name: 'Resolve' }).click();
		await shot('phone-verdicts');
		console.log('wrong', wrong);
	} finally {
		await core.remove();
	}
});
