export { default as Field, type ControlProps } from './field.svelte';
