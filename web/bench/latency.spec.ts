import { expect, test } from '@playwright/test';
import { Core } from '../e2e/core';
import { alertLine } from '../e2e/eve';
import { flat, signIn } from '../e2e/page';

const lines = 50;

/** From the sensor's line to the drawn row: node, core, stream and page, all on this machine. */
test('line written to row drawn', async ({ context, page }) => {
	const core = await Core.start();
	try {
		await signIn(core, context);
		await page.goto(core.url + flat);
		await expect(page.getByText('Live', { exact: true })).toBeVisible();
		const took: number[] = [];
		for (let i = 0; i < lines; i++) {
			const name = `PAGE latency ${i} of ${process.pid}`;
			const shown = page.evaluate(drawn, name);
			const written = Date.now();
			await core.write(alertLine({ signature: name }));
			took.push((await shown) - written);
		}
		took.sort((a, b) => a - b);
		const frame = await page.evaluate(frameTime);
		console.log(
			[
				['what', 'here', 'goal'],
				['limit: one frame of this browser, median', `${frame} ms`, ''],
				['line written to row drawn, median', `${took[lines / 2]} ms`, ''],
				['line written to row drawn, worst', `${took.at(-1)} ms`, '1000 ms'],
			]
				.map(([what = '', here = '', goal = '']) => what.padEnd(46) + here.padEnd(14) + goal)
				.join('\n'),
		);
	} finally {
		await core.remove();
	}
});

/** Resolves when the text has been drawn. Both clocks are this machine's. */
function drawn(text: string): Promise<number> {
	return new Promise((done) => {
		const look = () => {
			if (!document.body.innerText.includes(text)) return;
			seen.disconnect();
			requestAnimationFrame(() => done(Date.now()));
		};
		const seen = new MutationObserver(look);
		seen.observe(document.body, { childList: true, subtree: true, characterData: true });
	});
}

async function frameTime(): Promise<number> {
	const frames: number[] = [];
	for (let last = performance.now(); frames.length < 60;) {
		const now = await new Promise<number>(requestAnimationFrame);
		frames.push(now - last);
		last = now;
	}
	return Math.round(frames.sort((a, b) => a - b)[30] ?? 0);
}
