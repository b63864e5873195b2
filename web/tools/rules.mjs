// Writes src/lib/rules.gen.ts: what docs/openapi.yaml asks of each field of each operation's
// body, so that a form refuses what the core would refuse, and for the same reasons.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const api = load(await readFile(file('../docs/openapi.yaml'), 'utf8'));
const kept = [
	'minLength',
	'maxLength',
	'pattern',
	'format',
	'minimum',
	'maximum',
	'minItems',
	'maxItems',
	'enum',
];

const resolve = (schema) => (schema.$ref ? api.components.schemas[schema.$ref.split('/').at(-1)] : schema);

/** The rules of an object's fields; those of objects inside as "contacts[].name". */
function rulesOf(schema, before = '', deep = 0) {
	return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
		const field = resolve(property);
		const rule = Object.fromEntries(
			kept.filter((key) => field[key] !== undefined).map((key) => [key, field[key]]),
		);
		// An int64 is a number like any other in a form.
		if (rule.format === 'int64' || rule.format === 'int32' || rule.format === 'double') delete rule.format;
		if (field.type === 'integer' || field.type === 'number') rule.number = true;
		if (schema.required?.includes(name)) rule.required = true;
		const inner = field.items ? resolve(field.items) : field;
		const own = Object.keys(rule).length > 0 ? [[before + name, rule]] : [];
		if (!inner.properties || deep > 2) return own;
		return [...own, ...rulesOf(inner, `${before}${name}${field.items ? '[]' : ''}.`, deep + 1)];
	});
}

const rules = {};
for (const operations of Object.values(api.paths)) {
	for (const operation of Object.values(operations)) {
		const schema = operation.requestBody?.content?.['application/json']?.schema;
		if (schema) rules[operation.operationId] = Object.fromEntries(rulesOf(resolve(schema)));
	}
}

const text = `// Written by tools/rules.mjs from docs/openapi.yaml: run \`npm run gen\`, do not edit.
/** What the core asks of a field. Lengths count characters. */
export interface Rule {
	readonly required?: boolean;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly pattern?: string;
	readonly format?: string;
	readonly number?: boolean;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly enum?: readonly string[];
}

/** By operation, then by field of its body. */
export const rules = ${JSON.stringify(rules, null, '\t')} as const satisfies Record<string, Record<string, Rule>>;
`;
await writeFile(file('src/lib/rules.gen.ts'), text);
