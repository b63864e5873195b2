import { beforeEach } from 'vitest';
import './app.css';
import { core } from './testing/core';

// Before anything is imported that keeps the fetch that it finds.
const real = globalThis.fetch;
globalThis.fetch = (input, init) => {
	const request = new Request(input, init);
	return new URL(request.url).pathname.startsWith('/api/') ? core.fetch(request) : real(input, init);
};

beforeEach(() => {
	core.reset();
	localStorage.clear();
});
