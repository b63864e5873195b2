import { HardDrive, Monitor, Radar, Server } from '@lucide/svelte';

/** What stands for each station of an alert's way. */
export const stationIcons = { sensor: Radar, node: Server, core: HardDrive, you: Monitor };
