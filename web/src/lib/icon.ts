import type { Component } from 'svelte';
import type { ClassValue } from 'svelte/elements';

/** An icon of `~icons`, see tools/icon.ts. Without a label screen readers pass over it. */
export type AnyIcon = Component<{ class?: ClassValue; 'aria-label'?: string }>;
