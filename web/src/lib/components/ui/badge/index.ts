export { default as Badge, type BadgeVariant } from './badge.svelte';
