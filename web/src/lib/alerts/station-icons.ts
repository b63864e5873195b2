import HardDrive from '~icons/lucide/hard-drive';
import Monitor from '~icons/lucide/monitor';
import Radar from '~icons/lucide/radar';
import Server from '~icons/lucide/server';

/** What stands for each station of an alert's way. */
export const stationIcons = { sensor: Radar, node: Server, core: HardDrive, you: Monitor };
