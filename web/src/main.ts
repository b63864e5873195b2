import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';

// The router takes every click on a link, also those that ask for a new tab or window;
// it listens on window, so they are kept from it here.
document.addEventListener('click', (event) => {
	if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
		event.stopPropagation();
});

// A newer core has parts of other names than the page that is open: loading it again helps,
// but only once. A core that cannot be reached is none: what is shown stays.
addEventListener('vite:preloadError', () => void renew());

async function renew(): Promise<void> {
	const last = Number(sessionStorage.getItem('socme-reloaded'));
	if (Date.now() - last < 10_000) return;
	const answer = await fetch('/', { cache: 'no-store' }).catch(() => undefined);
	if (!answer?.ok) return;
	sessionStorage.setItem('socme-reloaded', String(Date.now()));
	location.reload();
}

// In a task of its own: a page that begins with one long one answers nobody meanwhile.
const target = document.getElementById('app');
if (target) setTimeout(() => mount(App, { target }));
