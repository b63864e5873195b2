import { Tooltip as Bits } from 'bits-ui';

export const Provider = Bits.Provider;
export { default as Tooltip } from './tooltip.svelte';
