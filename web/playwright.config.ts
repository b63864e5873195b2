import { defineConfig } from '@playwright/test';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const looks = ['look.spec.ts', 'marks.spec.ts', 'snapshot.spec.ts'];
const alone = ['design.spec.ts', 'pace.spec.ts', 'press.spec.ts'];

// The tests start the real binary themselves (e2e/core.ts), on ports that are free, and use
// the machine's own Chromium, in the build that has no windows: a quarter less to compute.
export default defineConfig({
	testDir: 'e2e',
	outputDir: 'test-results',
	timeout: 60_000,
	expect: { timeout: 10_000 },
	workers: 2,
	// What somebody does on the page is done at a desk and on a phone. What is about looks takes
	// its sizes itself, and begins, since it is the longest; what is held against the clock runs
	// at the end, alone.
	projects: [
		{ name: 'looks', testMatch: looks },
		{ name: 'desk', testIgnore: [...alone, ...looks], grepInvert: /@phone/ },
		{ name: 'phone', testIgnore: [...alone, ...looks], grepInvert: /@desk/, use: phone },
		// Its pictures are those that docs/design.md shows.
		{ name: 'design', testMatch: 'design.spec.ts', snapshotPathTemplate: '../docs/pictures/{arg}{ext}' },
		{ name: 'pace', testMatch: 'pace.spec.ts', dependencies: ['desk', 'phone', 'looks', 'design'] },
		...(process.env.SOCME_PRESS
			? [
					{ name: 'press', testMatch: 'press.spec.ts' },
					{ name: 'press-phone', testMatch: 'press.spec.ts', use: phone },
				]
			: []),
	],
	forbidOnly: true,
	snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
	reporter: [['list']],
	use: {
		viewport: { width: 1440, height: 900 },
		locale: 'en-GB',
		timezoneId: 'Europe/Paris',
		colorScheme: 'dark',
		trace: process.env.SOCME_TRACE ? 'retain-on-failure' : 'off', // it doubles the work
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
			args: [
				'--font-render-hinting=none', // letters stand as they do in a window
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
			],
		},
	},
});
