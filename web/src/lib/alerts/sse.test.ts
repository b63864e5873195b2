import { describe, expect, it } from 'vitest';
import { Messages } from './sse';

const text =
	'id: 7\nevent: hello\ndata: {"position":7}\n\n: still here\n\nid: 8\nevent: alert\ndata: {"a":"é"}\ndata: more\n\n';
const want = [
	{ id: '7', event: 'hello', data: '{"position":7}' },
	{ id: '8', event: 'alert', data: '{"a":"é"}\nmore' },
];

describe('Messages', () => {
	it('finds the events of a stream', () => {
		expect(new Messages().push(text)).toEqual(want);
	});

	it('finds them however the stream is cut', () => {
		for (let size = 1; size < 12; size++) {
			const messages = new Messages();
			const got = [];
			for (let at = 0; at < text.length; at += size) got.push(...messages.push(text.slice(at, at + size)));
			expect(got).toEqual(want);
		}
	});

	it('takes every kind of line end, also one that was cut', () => {
		const messages = new Messages();
		expect([
			...messages.push('data: a\r'),
			...messages.push('\n\r'),
			...messages.push('\ndata: b\r\r\n'),
		]).toEqual([
			{ id: '', event: 'message', data: 'a' },
			{ id: '', event: 'message', data: 'b' },
		]);
	});

	it('does not take half a line end for an empty line', () => {
		const messages = new Messages();
		expect([...messages.push('data: a\r'), ...messages.push('\ndata: b\r\n\r\n')]).toEqual([
			{ id: '', event: 'message', data: 'a\nb' },
		]);
	});

	it('keeps the last id for events that have none', () => {
		expect(new Messages().push('id: 3\ndata: x\n\ndata: y\n\n').map((message) => message.id)).toEqual([
			'3',
			'3',
		]);
	});
});
