// Fails when a page became too heavy for a slow line: at most 90 KB of gzip until somebody
// can sign in, then at most 20 KB for what all other pages share, and 40 KB each for what
// floats over them and for any of them. Reads vite's manifest; fonts are not counted, they block nothing, and neither is
// what a page loads later. Writes preload.json, which tells the core what each page needs.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const KB = 1000;
const firstMost = 90 * KB;
const frameMost = 20 * KB;
const more = 40 * KB;

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(await readFile(path.join(dist, '.vite/manifest.json'), 'utf8'));
const sizes = new Map();

async function size(file) {
	if (!sizes.has(file)) sizes.set(file, gzipSync(await readFile(path.join(dist, file)), { level: 9 }).length);
	return sizes.get(file);
}

/** The scripts and styles that a chunk cannot run without. */
function needs(key, found = new Set(), seen = new Set()) {
	if (seen.has(key)) return found;
	seen.add(key);
	const chunk = manifest[key];
	found.add(chunk.file);
	if (chunk.isEntry) found.add(manifest['style.css'].file);
	for (const css of chunk.css ?? []) found.add(css);
	for (const other of chunk.imports ?? []) needs(other, found, seen);
	return found;
}

async function weigh(files) {
	let sum = 0;
	for (const file of files) sum += await size(file);
	return sum;
}

async function largestFirst(files) {
	const weighed = await Promise.all([...files].map(async (file) => ({ file, bytes: await size(file) })));
	return weighed.sort((a, b) => b.bytes - a.bytes).map(({ file }) => file);
}

const without = (files, there) => [...files].filter((file) => !there.has(file));

const page = 'src/routes/SignIn.svelte';
const first = new Set([...needs('index.html'), ...needs(page), 'index.html']);
const shell = needs('src/lib/shell/Shell.svelte');
// What floats is no part of any page's beginning: the frame loads it when the browser is idle.
const tip = needs('src/lib/components/ui/tooltip/tooltip-content.svelte');
const floating = new Set([...tip].filter((file) => /\/(floating|tooltip-content)-/.test(file)));
const shared = new Set([...first, ...shell, ...without(tip, floating)]);
const there = new Set([...shared, ...floating]);
const rows = [
	{ name: 'first page (sign-in)', bytes: await weigh(first), most: firstMost },
	{ name: 'what the others share', bytes: await weigh(without(shared, first)), most: frameMost },
	{ name: 'what floats, when idle', bytes: await weigh(floating), most: more },
];
for (const key of Object.keys(manifest).sort()) {
	if (!key.startsWith('src/routes/') || key === page) continue;
	rows.push({
		name: path.basename(key, '.svelte'),
		bytes: await weigh(without(needs(key), there)),
		most: more,
	});
}

for (const { name, bytes, most } of rows)
	console.log(
		`${(bytes / KB).toFixed(1).padStart(6)} of ${most / KB} KB  ${name}${bytes > most ? '  TOO HEAVY' : ''}`,
	);

// For the core, which names them with the page: all that each page needs. The largest first,
// since a browser asks for six at a time and the page waits for the last of them.
const router = await readFile(new URL('../src/router.ts', import.meta.url), 'utf8');
const preload = {};
for (const [, pattern, file] of router.matchAll(
	/'(\/[^']*)': \(\) => import\('\.\/(routes\/\w+\.svelte)'\)/g,
)) {
	const key = `src/${file}`;
	const files = key === page ? needs(page) : new Set([...shell, ...needs(key)]);
	const scripts = [...needs('index.html'), ...files].filter((one) => one.endsWith('.js'));
	preload[pattern] = await largestFirst(new Set(scripts));
}
await writeFile(path.join(dist, 'preload.json'), JSON.stringify(preload));

// The core embeds dist: it has no use for the manifest.
await rm(path.join(dist, '.vite'), { recursive: true });
if (rows.some(({ bytes, most }) => bytes > most)) process.exit(1);
