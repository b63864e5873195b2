import { clsx, type ClassValue } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

// Our own text sizes are named, so that a size is not taken for a colour and dropped.
const merge = extendTailwindMerge({
	extend: {
		classGroups: {
			'font-size': [{ text: ['2xs', 'xs', 'sm', 'base', 'md', 'lg', 'xl', 'figure', 'big'] }],
			rounded: [{ rounded: ['badge', 'button', 'card', 'dialog'] }],
		},
	},
});

/** Joins class names; of two that say the same thing the later one wins. */
export function cn(...inputs: ClassValue[]): string {
	const given = inputs.map((input) => clsx(input)).filter(Boolean);
	// One alone contradicts nobody, and the first call of merge works out its tables.
	return given.length > 1 ? merge(given.join(' ')) : (given[0] ?? '');
}
