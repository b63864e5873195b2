import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
	preprocess: vitePreprocess(),
	// Templates are made of elements: to parse two hundred small texts of HTML is slower.
	compilerOptions: { runes: true, fragments: 'tree' },
};
