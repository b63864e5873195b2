import type { Attachment } from 'svelte/attachments';

const standing = new Map<Element, number>();

/**
 * For what stands at the foot of a phone, over the links to pages: what floats there keeps
 * above it, by its height in `--foot`.
 */
export const atFoot: Attachment<HTMLElement> = (element) => {
	const { style } = document.documentElement;
	const tell = () => {
		const height = [...standing.values()].reduce((sum, one) => sum + one, 0);
		if (height > 0) style.setProperty('--foot', `${height}px`);
		else style.removeProperty('--foot');
	};
	const seen = new ResizeObserver(() => {
		standing.set(element, element.offsetHeight);
		tell();
	});
	seen.observe(element);
	return () => {
		seen.disconnect();
		standing.delete(element);
		tell();
	};
};
