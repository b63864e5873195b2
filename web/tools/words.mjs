// Fails for words that nothing shows: every key of a *.words.ts must be read somewhere as
// `name.key` (or `name.group.key`, or `name.group[…]`, which reads the whole group).
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const src = fileURLToPath(new URL('../src', import.meta.url));
const files = (await readdir(src, { recursive: true })).filter((name) => /\.(svelte|ts)$/.test(name));
const texts = new Map();
for (const name of files) texts.set(name, await readFile(path.join(src, name), 'utf8'));

/** The keys of an object literal, a group's own as "group.key". */
function keysOf(object, before = '') {
	return object.properties.flatMap((property) => {
		const key = before + property.name.text;
		const value = property.initializer;
		return value && ts.isObjectLiteralExpression(value) ? keysOf(value, `${key}.`) : [key];
	});
}

/** The exported catalogues of a file: name and keys. */
function catalogues(name) {
	const found = [];
	const source = ts.createSourceFile(name, texts.get(name), ts.ScriptTarget.Latest);
	const visit = (node) => {
		if (ts.isVariableDeclaration(node) && node.initializer && ts.isCallExpression(node.initializer)) {
			const [words] = node.initializer.arguments;
			const en = words?.properties?.find((property) => property.name?.text === 'en');
			if (node.initializer.expression.getText(source) === 'catalogue' && en)
				found.push({ name: node.name.text, keys: keysOf(en.initializer) });
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found;
}

const unused = [];
for (const name of files.filter((file) => file.endsWith('.words.ts'))) {
	const module = path.basename(name, '.ts');
	const readers = files.filter((file) => file !== name && texts.get(file).includes(`/${module}'`));
	for (const { name: exported, keys } of catalogues(name)) {
		const local = readers.map((file) => {
			const renamed = texts
				.get(file)
				.match(new RegExp(`import \\{[^}]*\\b${exported} as (\\w+)[^}]*\\} from '[^']*/${module}'`));
			return { text: texts.get(file) + texts.get(name), as: renamed?.[1] ?? exported };
		});
		const read = (key) => local.some(({ text, as }) => new RegExp(`\\b${as}\\.${key}(?![\\w$])`).test(text));
		const whole = (group) =>
			local.some(({ text, as }) => new RegExp(`\\b${as}\\.${group}(\\[|[^.\\w$[])`).test(text));
		for (const key of keys) {
			const groups = key
				.split('.')
				.slice(0, -1)
				.map((_, i, all) => all.slice(0, i + 1).join('.'));
			if (!read(key.replaceAll('.', '\\.')) && !groups.some((group) => whole(group.replaceAll('.', '\\.'))))
				unused.push(`${name}: ${exported}.${key} is shown nowhere`);
		}
	}
}
if (unused.length > 0) {
	console.error(unused.join('\n'));
	process.exit(1);
}
