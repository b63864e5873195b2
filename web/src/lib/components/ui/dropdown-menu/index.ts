export { default as Menu } from './dropdown-menu.svelte';
