import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';

// The router takes every click on a link, also those that ask for a new tab or window;
// it listens on window, so they are kept from it here.
document.addEventListener('click', (event) => {
	if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
		event.stopPropagation();
});

const target = document.getElementById('app');
if (target) mount(App, { target });
