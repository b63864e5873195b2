// How the page is cut into files. Left alone, every module that two pages share becomes a
// file of its own: some fifty for the overview, and a phone asks for six at a time.

/** What is loaded by itself: the first page, the frame around all others, and each of them. */
const first = ['/index.html', '/src/routes/SignIn.svelte'];
const frame = '/src/lib/shell/Shell.svelte';
/** Where a day begins. */
const overview = '/src/routes/Overview.svelte';
/** The page that has no room for what it does not need. */
const heaviest = '/src/routes/Client.svelte';
/** With so many pages a part is needed soon enough to come with the first of them. */
const common = 4;

/**
 * Libraries with one entrance for all they have: whoever takes a button from one seems to
 * need the calendar. So who needs what is not asked of them; the bundler leaves out what
 * nobody does.
 */
const library = /\/node_modules\//;
/** What menus, tips and dialogues are made of: loaded when the browser is idle, or one is opened before. */
const floating =
	/\/node_modules\/(bits-ui|@floating-ui|svelte-toolbelt|runed|tabbable|style-to-object|inline-style-parser)\//;
/**
 * Svelte makes an error before anything else, and V8 then reads the whole file again to tell
 * where: in a file of its own that is nothing, in the first one a third of its start.
 */
const constants = /\/node_modules\/svelte\/src\/internal\/client\/constants\.js$/;
/** Each is a few lines, too little for a file that is asked for. */
const icon = /~icons\//;
/** What the first page has nearly whole. */
const always = /\/node_modules\/(svelte|sv-router|openapi-fetch|clsx|tailwind-merge)\//;

/** The files that every page has, sign-in aside. */
export const everywhere = /\/(constants|first|frame|index|pages|rolldown-runtime|Shell)-/;

/**
 * What of the frame and of the pages where a day begins is run nearly whole: V8 compiles it
 * beside the page's thread, not function by function on it, when the file begins with a remark
 * (https://v8.dev/blog/explicit-compile-hints). The first file cannot: vite begins it itself.
 */
export const atOnce = /^(pages|frame|Shell|Alerts|Overview)$/;

/** The file that asks for pages. */
export const isRouter = /\/first-/;

interface Modules {
	getModuleInfo(
		id: string,
	): { importers: string[]; dynamicImporters: string[]; importedIds: string[] } | null;
}

/** Which of the parts that are loaded by themselves cannot do without a module. */
function needing(id: string, modules: Modules): Set<string> {
	const found = new Set<string>();
	const seen = new Set<string>();
	const left = [id];
	for (let next = left.pop(); next !== undefined; next = left.pop()) {
		if (seen.has(next)) continue;
		seen.add(next);
		const info = modules.getModuleInfo(next);
		if (!info) continue;
		if (info.dynamicImporters.length > 0 || info.importers.length === 0) found.add(next);
		left.push(...info.importers);
	}
	return found;
}

/** Whether a module cannot do without what floats. */
function floats(id: string, modules: Modules, seen = new Set<string>()): boolean {
	if (floating.test(id)) return true;
	if (seen.has(id) || library.test(id)) return false;
	seen.add(id);
	return (modules.getModuleInfo(id)?.importedIds ?? []).some((one) => floats(one, modules, seen));
}

/** The file that a module goes to; null leaves it to the bundler. */
export function part(id: string, modules: Modules): string | null {
	if (constants.test(id)) return 'constants';
	if (always.test(id)) return 'first';
	if (floating.test(id)) return 'floating';
	if (library.test(id)) return null;
	const by = [...needing(id, modules)];
	if (by.length < 2) return null;
	const ends = (end: string) => by.some((one) => one.endsWith(end));
	if (first.some(ends)) return 'first';
	if (ends(frame)) return 'frame';
	const shared = by.filter((one) => one.includes('/src/routes/')).length >= common;
	if (icon.test(id)) return shared ? 'first' : 'frame';
	// Dialogues, with what they are made of: a page that has none does not load them.
	if (shared) return floats(id, modules) ? 'dialogues' : 'pages';
	return ends(overview) && !ends(heaviest) ? 'figures' : null;
}
