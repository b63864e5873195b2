import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

// The core that `npm run dev` talks to. The built page always talks to its own origin.
const core = process.env.SOCME_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
	plugins: [tailwindcss(), svelte()],
	resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
	build: {
		target: 'es2022',
		// The page's policy refuses inline scripts and data: fonts, so nothing may be inlined.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		// For tools/weight.mjs, which takes it away again.
		manifest: true,
	},
	server: { proxy: { '/api': { target: core, changeOrigin: true } } },
	test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
