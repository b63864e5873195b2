export { default as Segmented } from './segmented.svelte';
