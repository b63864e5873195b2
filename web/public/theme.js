// Runs before the first paint, so that the page never flashes in the wrong theme.
// It is a file of its own because the page's policy refuses inline scripts.
(() => {
	let theme = 'system';
	try {
		theme = localStorage.getItem('socme-theme') ?? 'system';
	} catch {
		// Storage can be forbidden; the system's theme is a good answer then.
	}
	const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
	document.documentElement.classList.toggle('dark', dark);
})();
