import { Tabs } from 'bits-ui';

export const Root = Tabs.Root;
export { default as Content } from './tabs-content.svelte';
export { default as List } from './tabs-list.svelte';
export { default as Trigger } from './tabs-trigger.svelte';
