export { default as ConfirmName } from './confirm-name.svelte';
