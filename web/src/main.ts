import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';

// The router takes every click on a link, also those that ask for a new tab or window;
// it listens on window, so they are kept from it here.
document.addEventListener('click', (event) => {
	if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
		event.stopPropagation();
});

// A newer core has pages of other names than the one that is open. Loading it again helps,
// but only once: a core that cannot be reached must not make it loop.
addEventListener('vite:preloadError', (event) => {
	const last = Number(sessionStorage.getItem('socme-reloaded'));
	if (Date.now() - last < 10_000) return;
	sessionStorage.setItem('socme-reloaded', String(Date.now()));
	event.preventDefault();
	location.reload();
});

const target = document.getElementById('app');
if (target) mount(App, { target });
