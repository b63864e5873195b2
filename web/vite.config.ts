import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { playwright } from '@vitest/browser-playwright';
import icons from 'unplugin-icons/vite';
import { defineConfig } from 'vitest/config';
import { icon } from './tools/icon.ts';
import { atOnce, everywhere, isRouter, part } from './tools/parts.ts';

// The core that `npm run dev` talks to. The built page always talks to its own origin.
const core = process.env.SOCME_URL ?? 'http://127.0.0.1:8080';

const chromium = {
	launchOptions: {
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
	},
	contextOptions: { locale: 'en-GB', timezoneId: 'Europe/Paris' },
};

export default defineConfig({
	plugins: [tailwindcss(), svelte(), icons({ compiler: { compiler: icon, extension: 'svelte' } })],
	resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
	build: {
		target: 'es2022',
		// The page's policy refuses inline scripts and data: fonts, so nothing may be inlined.
		assetsInlineLimit: 0,
		modulePreload: {
			polyfill: false,
			// Of a page, what not every page has: the core names the rest with the first one. Of a
			// part, nothing: it comes when the browser is idle, and to name its files takes longer
			// than they do.
			resolveDependencies: (_file, needed, { hostId, hostType }) => {
				if (hostType === 'html') return needed;
				return isRouter.test(hostId) ? needed.filter((file) => !everywhere.test(file)) : [];
			},
		},
		// One file of styles, small and there at once: those of a page's own would be asked for after its script.
		cssCodeSplit: false,
		// For tools/weight.mjs, which takes it away again.
		manifest: true,
		rolldownOptions: {
			output: {
				postBanner: ({ name }) => (atOnce.test(name) ? '//# allFunctionsCalledOnLoad' : ''),
				codeSplitting: {
					// Or a part would drag along what the first page needs.
					includeDependenciesRecursively: false,
					groups: [{ name: part, debugName: 'parts' }],
				},
			},
		},
	},
	server: { proxy: { '/api': { target: core, changeOrigin: true } } },
	test: {
		projects: [
			{
				extends: true,
				test: {
					name: 'logic',
					include: ['src/**/*.test.ts'],
					exclude: ['src/**/*.browser.test.ts'],
					environment: 'node',
				},
			},
			{
				// Components with logic, in the machine's own Chromium.
				extends: true,
				test: {
					name: 'browser',
					include: ['src/**/*.browser.test.ts'],
					setupFiles: ['src/browser.setup.ts'],
					browser: {
						enabled: true,
						headless: true,
						screenshotFailures: false,
						provider: playwright(chromium),
						instances: [{ browser: 'chromium' }],
					},
				},
			},
		],
	},
});
