import { describe, expect, it, test } from 'vitest';
import { read, type Inline } from './notes';

const text = (text: string): Inline => ({ kind: 'text', text });
const line = (note: string) => {
	const [block] = read(note);
	return block?.kind === 'paragraph' ? block.lines[0] : undefined;
};

describe('read', () => {
	it('makes blocks of lines', () =>
		expect(
			read('# Access\nCall **first**.\nThen wait.\n\n- one\n- two\n3. three\n```\n# no heading\n```\nend'),
		).toEqual([
			{ kind: 'heading', level: 1, line: [text('Access')] },
			{
				kind: 'paragraph',
				lines: [[text('Call '), { kind: 'strong', text: 'first' }, text('.')], [text('Then wait.')]],
			},
			{ kind: 'list', ordered: false, items: [[text('one')], [text('two')]] },
			{ kind: 'list', ordered: true, items: [[text('three')]] },
			{ kind: 'code', text: '# no heading' },
			{ kind: 'paragraph', lines: [[text('end')]] },
		]));

	it('has nothing of an empty note', () => expect(read(' \n\n')).toEqual([]));

	it('takes a fence that is never closed to the end', () =>
		expect(read('```\na\nb')).toEqual([{ kind: 'code', text: 'a\nb' }]));
});

test('links are of the kinds that a person follows', () => {
	expect(line('See https://wiki.example/a?b=c.')).toEqual([
		text('See '),
		{ kind: 'link', text: 'https://wiki.example/a?b=c', href: 'https://wiki.example/a?b=c' },
		text('.'),
	]);
	expect(line('[call](tel:+33123456789)')).toEqual([
		{ kind: 'link', text: 'call', href: 'tel:+33123456789' },
	]);
});

test.each([
	'<img src=x onerror=alert(1)>',
	'[a](javascript:alert(1))',
	'[a](data:text/html,x)',
	'<script>alert(1)</script>',
	'JAVASCRIPT:alert(1)',
	'*one* _two_ ![x](y)',
])('%s stays text', (note) => expect(line(note)).toEqual([text(note)]));

test('a long note of marks that never end is read at once', () => {
	const note = '[`' + '['.repeat(60_000);
	expect(line(note)).toEqual([text(note)]);
});
