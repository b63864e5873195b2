import type { KeyGroup } from '$lib/shell/key-table.svelte';
import { verbWord, verdicts, verdictWord } from '$lib/triage/steps';
import { t } from './inbox.words';

/** The keys of the lists, for the sheet of keys. What they do is in ListKeys and ActionKeys. */
export function keySheet(): KeyGroup {
	return {
		title: t.title,
		keys: [
			{ caps: ['/'], does: t.sheet.write },
			{ caps: ['j', 'k'], does: t.sheet.move },
			{ caps: ['Enter'], does: t.sheet.open },
			{ caps: ['o'], does: t.sheet.page },
			{ caps: ['x'], does: t.sheet.select },
			{ caps: ['Shift', 'X'], does: t.sheet.range },
			{ caps: ['Shift', 'A'], does: t.sheet.all },
			{ caps: ['a'], does: verbWord('acknowledge') },
			{ caps: ['c'], does: verbWord('claim') },
			{ caps: ['e'], does: verbWord('escalate') },
			...verdicts.map(({ key, verdict }) => ({
				caps: ['r', key],
				does: t.sheet.resolveAs(verbWord('resolve'), verdictWord(verdict)),
			})),
			{ caps: ['u'], does: t.sheet.undo },
			{ caps: ['n'], does: t.sheet.new },
			{ caps: ['Esc'], does: t.sheet.back },
		],
	};
}
