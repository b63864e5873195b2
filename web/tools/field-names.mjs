// Fails when a name that the parsers give to a field (and that is more than the path of the
// sensor's own) has no French, or when there is French for a name that nothing gives.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['internal/source/suricata', 'internal/source/wazuh', 'internal/ingest'];
const given = new Set();
for (const folder of folders) {
	for (const name of await readdir(path.join(root, folder))) {
		if (!name.endsWith('.go') || name.endsWith('_test.go')) continue;
		const text = await readFile(path.join(root, folder, name), 'utf8');
		for (const [, one] of text.matchAll(/(?:\{(?:Path: "[^"]*", )?Name: |\.Add\()"([^"]+)"/g)) given.add(one);
	}
}
const file = await readFile(path.join(root, 'web/src/lib/alerts/field-names.fr.ts'), 'utf8');
const known = new Set(
	[...file.matchAll(/^\t(?:'([^']+)'|([\w]+)):/gm)].map(([, quoted, plain]) => quoted ?? plain),
);
const missing = [...given].filter((name) => !known.has(name) && !/[._]/.test(name));
const unused = [...known].filter((name) => !given.has(name));
if (given.size < 100) throw new Error(`only ${given.size} names were found in ${folders.join(', ')}`);
for (const name of missing) console.error(`src/lib/alerts/field-names.fr.ts: no French for "${name}"`);
for (const name of unused) console.error(`src/lib/alerts/field-names.fr.ts: nothing is called "${name}"`);
if (process.argv.includes('--list')) console.log([...given].sort().join('|'));
process.exitCode = missing.length + unused.length > 0 ? 1 : 0;
