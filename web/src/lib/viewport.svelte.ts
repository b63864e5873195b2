import { MediaQuery } from 'svelte/reactivity';

const phone = new MediaQuery('(max-width: 639.98px)');
const desk = new MediaQuery('(min-width: 1100px)');

/** How much room there is: the measures of the layout that CSS alone cannot follow. */
export const viewport = {
	get phone(): boolean {
		return phone.current;
	},
	/** Room for the sheet beside the list. */
	get desk(): boolean {
		return desk.current;
	},
};
