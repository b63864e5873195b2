import { describe, expect, it } from 'vitest';
import { exampleAlert } from './example';
import { endpoint, label, sourceOf, unnamed } from './words';

describe('endpoint', () => {
	it.each([
		['address and port', { address: '10.0.0.1', port: 443, host: 'web' }, '10.0.0.1:443'],
		['an IPv6 address stays apart from its port', { address: '2001:db8::1', port: 53 }, '[2001:db8::1]:53'],
		['an IPv6 address alone', { address: '2001:db8::1' }, '2001:db8::1'],
		['a host where there is no address', { host: 'dc-01', user: 'eve' }, 'dc-01'],
		['a user where there is nothing else', { user: 'eve' }, 'eve'],
		['nothing', {}, ''],
	])('%s', (_, side, want) => expect(endpoint(side)).toBe(want));
});

describe('label', () => {
	it.each([
		['tls name', 'TLS name'],
		['sha256', 'SHA256'],
		['cve', 'CVE'],
		['parent process', 'Parent process'],
		['HTTP method', 'HTTP method'],
		['', ''],
	])('of %j is %j', (name, want) => expect(label(name)).toBe(want));
});

describe('unnamed', () => {
	it.each([
		['data.aws.finding.Title', true],
		['files.sid', true],
		['app_proto_orig', true],
		['data.win.eventdata.threat ID', true],
		['tls name', false],
		['sha256', false],
		['nist 800-53', false],
	])('%j: %j', (name, want) => expect(unnamed(name)).toBe(want));
});

describe('sourceOf', () => {
	const agent = { id: '7', name: 'web-01' };
	it.each([
		['an address', { source: { address: '10.0.0.1', user: 'eve' }, agent }, '10.0.0.1'],
		['a host', { source: { host: 'ws-1', user: 'eve' }, agent }, 'ws-1'],
		['the agent before a user', { source: { user: 'eve' }, agent }, 'web-01'],
		['a user where there is nothing else', { source: { user: 'eve' } }, 'eve'],
		['nothing', { source: {} }, ''],
	])('is %s', (_, part, want) => expect(sourceOf(exampleAlert({ id: 'a', ...part }))).toBe(want));
});
