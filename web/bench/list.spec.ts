import { appendFile } from 'node:fs/promises';
import { expect, test, type CDPSession, type Page } from '@playwright/test';
import { Core } from '../e2e/core';
import { alertLine } from '../e2e/eve';
import { flat, signIn } from '../e2e/page';

const behind = Number(process.env.SOCME_BENCH_ALERTS ?? 100_000);
const perSecond = Number(process.env.SOCME_BENCH_RATE ?? 200);
const seconds = Number(process.env.SOCME_BENCH_SECONDS ?? 40); // 600 is what is promised

/** So many alerts behind each list and so many new a second: what it costs, and what moves. */
test('a long list, and much that comes', async ({ context, page }) => {
	test.setTimeout(2 * seconds * 1000 + 600_000);
	const core = await Core.start();
	try {
		await signIn(core, context);
		await fill(core, page);
		const table = [['what', 'groups', 'alerts', 'goal']];
		const groups = await measure(core, page, '/alerts?query=-is:resolved');
		const alerts = await measure(core, page, flat);
		for (const key of Object.keys(groups))
			table.push([key, groups[key] ?? '', alerts[key] ?? '', goals[key] ?? '']);
		console.log(
			table
				.map(([what = '', a = '', b = '', goal = '']) => what.padEnd(48) + a.padEnd(14) + b.padEnd(14) + goal)
				.join('\n'),
		);
	} finally {
		await core.remove();
	}
});

const goals: Record<string, string> = {
	'script a frame, median': '10 ms',
	'cursor, selection and scroll moved': 'no',
};

/** The alerts that are there before anybody looks: of 4,000 rules and sources. */
async function fill(core: Core, page: Page): Promise<void> {
	const start = Date.now() - 3600_000;
	for (let i = 0; i < behind; i += 2000) {
		let lines = '';
		for (let j = i; j < Math.min(i + 2000, behind); j++) lines += `${line(j, new Date(start + j * 30))}\n`;
		await appendFile(core.eve, lines);
	}
	const from = new Date(start - 3600_000).toISOString();
	await expect
		.poll(
			async () =>
				(await (await page.request.get(`${core.url}/api/v1/alerts/histogram?from=${from}`)).json()).total,
			{
				timeout: 500_000,
				intervals: [2000],
			},
		)
		.toBeGreaterThanOrEqual(Math.min(behind, 50_000));
}

function line(i: number, time: Date): string {
	return alertLine({
		signature: `BENCH rule ${i % 400}`,
		sid: 6_000_000 + (i % 400),
		source: `10.0.${i % 10}.${(i * 7) % 250}`,
		severity: 1 + (i % 3),
		time,
	});
}

async function measure(core: Core, page: Page, path: string): Promise<Record<string, string>> {
	await page.goto(core.url + path);
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
	await expect(page.getByRole('row').nth(20)).toBeVisible();
	const box = page.getByRole('region', { name: /first$/ });
	await box.evaluate((list) => (list.scrollTop = 400));
	for (const key of ['j', 'x', 'j', 'j', 'x', 'j']) await page.keyboard.press(key);
	const before = await place(page);
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Performance.enable');
	const heapBefore = await heap(cdp);
	await page.evaluate(() => {
		const count = () => {
			Reflect.set(window, 'frames_drawn', Number(Reflect.get(window, 'frames_drawn') ?? 0) + 1);
			requestAnimationFrame(count);
		};
		requestAnimationFrame(count);
	});
	const samples: { script: number; frames: number }[] = [];
	let last = await sample(cdp, page);
	let heapHalfway = 0;
	for (let i = 0; i < seconds; i++) {
		if (i === Math.floor(seconds / 2)) {
			heapHalfway = await heap(cdp);
			last = await sample(cdp, page);
		}
		const until = Date.now() + 1000;
		for (let part = 0; part < 10; part++) {
			let lines = '';
			for (let j = 0; j < perSecond / 10; j++)
				lines += `${line(Math.floor(Math.random() * 1e6), new Date())}\n`;
			await appendFile(core.eve, lines);
			await new Promise((done) =>
				setTimeout(done, Math.max(0, until - 1000 + (part + 1) * 100 - Date.now())),
			);
		}
		const now = await sample(cdp, page);
		samples.push({ script: now.script - last.script, frames: now.frames - last.frames });
		last = now;
	}
	const after = await place(page);
	const each = samples
		.map(({ script, frames }) => (script * 1000) / Math.max(1, frames))
		.sort((a, b) => a - b);
	const heapAfter = await heap(cdp);
	const waiting = await page.getByRole('button', { name: /new/ }).first().textContent();
	await cdp.detach();
	return {
		'script a frame, median': `${(each[Math.floor(each.length / 2)] ?? 0).toFixed(2)} ms`,
		'script a frame, worst second': `${(each.at(-1) ?? 0).toFixed(2)} ms`,
		'frames a second': `${Math.round(samples.reduce((sum, { frames }) => sum + frames, 0) / samples.length)}`,
		'heap before': `${(heapBefore / 1e6).toFixed(1)} MB`,
		'heap halfway': `${(heapHalfway / 1e6).toFixed(1)} MB`,
		'heap after': `${(heapAfter / 1e6).toFixed(1)} MB`,
		'cursor, selection and scroll moved': before === after ? 'no' : `yes: ${before} ${after}`,
		'what waits': waiting?.replace(/n$/, '').trim() ?? '',
	};
}

/** Where the cursor is, what is selected, and how far the list is scrolled. */
async function place(page: Page): Promise<string> {
	return page.evaluate(() => {
		const cursor = document.querySelector('[role=row][aria-current=true]');
		const chosen = [...document.querySelectorAll('[role=row][aria-selected=true]')].map((row) =>
			row.getAttribute('data-id'),
		);
		const list = document.querySelector('[role=region]:has([role=table])');
		return [
			cursor?.getAttribute('data-id'),
			cursor?.getBoundingClientRect().top,
			chosen,
			list?.scrollTop,
		].join(' ');
	});
}

async function heap(cdp: CDPSession): Promise<number> {
	await cdp.send('HeapProfiler.collectGarbage');
	return metric(await cdp.send('Performance.getMetrics'), 'JSHeapUsedSize');
}

async function sample(cdp: CDPSession, page: Page): Promise<{ script: number; frames: number }> {
	const metrics = await cdp.send('Performance.getMetrics');
	const frames = await page.evaluate(() => Number(Reflect.get(window, 'frames_drawn') ?? 0));
	return { script: metric(metrics, 'ScriptDuration'), frames };
}

function metric({ metrics }: { metrics: { name: string; value: number }[] }, name: string): number {
	return metrics.find((one) => one.name === name)?.value ?? 0;
}
