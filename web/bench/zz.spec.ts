import { test } from '@playwright/test';
import { execSync } from 'node:child_process';
import { Core } from '../e2e/core';
import { signIn } from '../e2e/page';
const cpu = () => execSync("ps -eo times,args | grep -E 'chromium|socme' | grep -v grep | awk '{t=$1; if(/socme/)s+=t; else if(/gpu-process/)g+=t; else if(/renderer/)r+=t; else o+=t} END{print \"core\",s,\"gpu\",g,\"renderer\",r,\"other\",o}'").toString().trim();
test('cpu', async ({ page, context }) => {
	test.setTimeout(200_000);
	const core = await Core.start({ demo: true });
	await signIn(core, context);
	for (const path of ['/alerts']) {
		const t=Date.now();
		await page.goto(core.url + path);
		await page.waitForTimeout(3000);
		console.log(path, 'loaded', Date.now()-t-3000);
		console.log(cpu());
		await page.waitForTimeout(15000);
		console.log(cpu());
	}
	await core.remove();
});
