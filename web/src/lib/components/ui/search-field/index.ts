export { default as SearchField } from './search-field.svelte';
