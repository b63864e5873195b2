import { expect, type ElementHandle, type Page } from '@playwright/test';
import type { Core } from './core';
import { open, settled, type Ids, type Listed } from './pages';

/** What is left out, and why. */
const left = [
	/^(Sign out|Sign out everywhere)$/, // ends the session; sign-in.spec.ts presses it
	/^Français$/, // all would be pressed once more; people.spec.ts chooses it
];

interface Found {
	/** The same for controls of one kind: "link /alerts/:id in a row". */
	kind: string;
	/** What a press on it is: a choice is made, a field is written into, all else is clicked. */
	does: 'click' | 'write' | 'choose';
	/** It stands in a menu, which closes whatever the press does. */
	inMenu: boolean;
	/** It leads to another page, or to another part of this one. */
	link: boolean;
	/** No other kind is left in the same dialogue or menu, or on the page. */
	last: boolean;
	element: ElementHandle<Element>;
}

/** What `count` keeps in the page, and tells there. */
interface Counted {
	pressed: { all: number; outOfMenu: number };
	/** What is wrong is said above it, as long as it is wrong. */
	isUnderAlert(element: Element): boolean;
}

/** What pressing has been seen to do, in the page. */
interface Seen {
	changes: number;
	url: string;
	focused: boolean;
	state: string;
}

/**
 * Presses the visible controls of a page, each kind of it once, and those of what opens by
 * it: dialogues, menus, sheets. What does nothing (no change of the page, no other address,
 * no question to the core, nothing downloaded or copied) is remembered in `idle`.
 */
export class Presser {
	readonly idle: string[] = [];
	presses = 0;
	#page: Page;
	#core: Core;
	#ids: Ids;
	/** The kinds that were pressed; those of the frame around the pages are shared. */
	#known: Set<string>;
	/** Requests to the core, downloads and the like. */
	#outside = 0;
	/** What the presses on the way to the open dialogue or menu were. */
	#way: string[] = [];

	constructor(page: Page, core: Core, ids: Ids, known: Set<string>) {
		this.#page = page;
		this.#core = core;
		this.#ids = ids;
		this.#known = known;
		const count = () => this.#outside++;
		page.on('request', (request) => {
			// The stream is asked for anew by itself, whatever is pressed.
			if (/\/api\/v1\/(?!stream)/.test(request.url())) count();
		});
		page.on('download', count);
		page.on('filechooser', count);
		page.context().on('page', (other) => {
			count();
			void other.close();
		});
	}

	/** Presses all of a page. `wrong` fills with what must never happen. */
	async all(listed: Listed, wrong: string[]): Promise<void> {
		const begin = async () => {
			this.#way = [];
			await open(this.#page, this.#core, listed, this.#ids);
			await this.#quiet();
		};
		await begin();
		const home = pathname(this.#page.url());
		let moved = false;
		let last = '';
		for (;;) {
			if (pathname(this.#page.url()) !== home && !(await this.#back(home))) await begin();
			const before = await this.#layers();
			const next = await this.#next(listed.name);
			if (!next) {
				if (await this.#close()) {
					this.#way = [];
					continue;
				}
				if (!moved) break;
				// What was opened or chosen is all pressed: once more from the beginning.
				await begin();
				moved = false;
				continue;
			}
			const layers = await this.#layers();
			// What the page has made anew meanwhile is looked for again.
			const did = await this.#pressTwice(next, before);
			if (did === undefined) {
				this.#known.delete(next.kind);
				// What was pressed before has opened something late, when the page had moved for
				// this one already: it is opened again.
				if ((await this.#layers()) > before && (await this.#close())) this.#known.delete(last);
				continue;
			}
			last = next.kind;
			if (!did) this.idle.push(`${listed.name}: ${next.kind}`);
			if (wrong.length > 0) throw new Error(`${listed.name}: ${next.kind}: ${wrong.join('; ')}`);
			if (!next.link) moved = true;
			const now = await this.#layers();
			if (now > layers || (now > 0 && next.inMenu)) this.#way.push(next.kind);
			else if (now < layers) {
				// Something else in the dialogue that has gone: it is opened again.
				if (!next.last) for (const kind of this.#way) this.#known.delete(kind);
				this.#way = [];
			}
		}
	}

	/** Comes back from another page without loading the program again; false if that is not possible. */
	async #back(home: string): Promise<boolean> {
		const left = await this.#page.$('h1');
		await this.#page.goBack({ waitUntil: 'commit' });
		if (pathname(this.#page.url()) !== home) return false;
		// The address is there before the page is.
		const gone = () => left?.evaluate((title) => !title.isConnected).catch(() => true) ?? true;
		const until = Date.now() + 2000;
		while (!(await gone())) {
			if (Date.now() > until) return false;
			await new Promise((done) => setTimeout(done, 20));
		}
		await settled(this.#page);
		return true;
	}

	/** What the page asks for and changes by itself, once it is there, is no answer to a press. */
	async #quiet(): Promise<void> {
		const changes = () => this.#page.evaluate(() => (window as unknown as Counted).pressed.all);
		let before: number;
		do {
			this.#outside = 0;
			before = await changes();
			await new Promise((done) => setTimeout(done, 400));
		} while (this.#outside > 0 || (await changes()) !== before);
	}

	async #layers(): Promise<number> {
		return this.#page.locator('[role=dialog], [role=menu], [role=listbox]').filter({ visible: true }).count();
	}

	/** Closes the dialogue, menu or list on top; false if there is none. */
	async #close(): Promise<boolean> {
		const before = await this.#layers();
		if (before === 0) return false;
		await this.#page.keyboard.press('Escape');
		await expect.poll(() => this.#layers(), { timeout: 2000 }).toBeLessThan(before);
		return true;
	}

	/** The first control of a kind that was not pressed yet, in the dialogue on top if there is one. */
	async #next(page: string): Promise<Found | undefined> {
		const found = await this.#page.evaluateHandle(find, { page, known: [...this.#known] });
		const element = (await found.getProperty('element')).asElement();
		if (!element) return undefined;
		const { name, ...told } = await found.evaluate(({ element: _, ...told }) => told);
		this.#known.add(told.kind);
		if (left.some((one) => one.test(name))) return this.#next(page);
		return { ...told, element: element as ElementHandle<Element> };
	}

	/**
	 * Twice, since the page may have moved just then; undefined if before that the control was
	 * gone, or something came over it: more than so many layers, or a word of what is wrong.
	 */
	async #pressTwice(next: Found, layers: number): Promise<boolean | undefined> {
		try {
			return (await this.#press(next)) || (await this.#press(next).catch(() => true));
		} catch (error) {
			if ((await this.#layers()) > layers) return undefined;
			const reachable = await next.element.evaluate(
				(element) => element.isConnected && !(window as unknown as Counted).isUnderAlert(element),
			);
			if (reachable) throw error;
		}
	}

	/** Presses it; false if nothing came of it. */
	async #press({ element, does, inMenu, link }: Found): Promise<boolean> {
		const begin = async (): Promise<Seen> => {
			const seen = await element.evaluate(look, { reset: true, inMenu });
			this.#outside = 0;
			return seen;
		};
		// What a pointer does is no press.
		if (does === 'choose') await element.scrollIntoViewIfNeeded();
		else await element.hover({ timeout: 5000, force: does === 'write' });
		const before = await begin();
		this.presses++;
		if (does === 'choose') await element.evaluate(choose);
		else {
			await this.#page.mouse.down();
			await this.#page.mouse.up();
		}
		const until = Date.now() + 1500;
		let changed = false;
		do {
			if (this.#outside > 0 || this.#page.url() !== before.url) return true;
			const now = await element.evaluate(look, { reset: false, inMenu }).catch(() => undefined);
			if (!now || now.state !== before.state) return true;
			// A link has led there only when the address is another.
			changed = now.changes > 0;
			if (changed && !link) return true;
			if (does !== 'click' && now.focused) return true;
			await new Promise((done) => setTimeout(done, 30));
		} while (Date.now() < until);
		return changed;
	}
}

function pathname(url: string): string {
	return new URL(url).pathname;
}

/** In the page: the first control that is of no known kind. */
function find({ page, known }: { page: string; known: string[] }) {
	const all =
		'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=slider], [role=tab], [role=switch], [role=checkbox], [role=option], [role^=menuitem]';
	const was = new Set(known);
	let found;
	const layers = [...document.querySelectorAll('[role=dialog], [role=menu], [role=listbox]')];
	const top = layers.filter((layer) => layer.checkVisibility()).at(-1);
	const named = (element: Element) => {
		const field = element as HTMLInputElement; // all else has neither labels nor a hint in it
		const name =
			element.ariaLabel || field.labels?.[0]?.textContent || element.textContent || field.placeholder || '';
		return name
			.trim()
			.replace(/\s+/g, ' ')
			.replace(/\d[\d,.:]*/g, '0')
			.slice(0, 60);
	};
	for (const element of (top ?? document).querySelectorAll(all)) {
		const box = element.getBoundingClientRect();
		if (!element.checkVisibility({ visibilityProperty: true }) || box.width === 0 || box.height === 0)
			continue;
		// Nobody sees the field of a file, and no key leads to it: the button beside it opens it.
		if (element.matches('input[type=file][tabindex="-1"]') && box.width <= 1) continue;
		if (element.matches(':disabled, [aria-disabled=true], [data-disabled]')) continue;
		if (element.closest('[inert], [aria-hidden=true]')) continue;
		if ((window as unknown as Counted).isUnderAlert(element)) continue;
		// What is chosen already has nothing to do.
		if (
			element.matches(
				'[aria-current=page], [aria-selected=true], [role=radio][aria-checked=true], input[type=radio]:checked',
			)
		)
			continue;
		// Nor has a link to where one is.
		if (element instanceof HTMLAnchorElement && element.href === location.href) continue;
		const href = element
			.getAttribute('href')
			?.split('?')[0]
			?.replace(/\/[0-9a-z]{14,}/g, '/:id');
		const row = element.closest('li, [role=row], tr, [role=option]');
		const name = named(element);
		// A link is the same on every page, and so is the frame around them; all else is the page's own.
		const around = element.closest('header') !== null || element.closest('main') === null;
		const frame = href !== undefined || (!top && around);
		const where = top ? `${page}, in ${top.getAttribute('role')} ` : frame ? '' : `${page}, `;
		const tag = element.getAttribute('role') ?? element.tagName.toLowerCase();
		const kind = `${where}${tag} ${href ?? ''} ${row && (href || tag === 'option') ? 'in a row' : name}`;
		if (was.has(kind)) continue;
		if (found) {
			if (found.kind === kind) continue;
			return { ...found, last: false };
		}
		const does = element.matches('select')
			? 'choose'
			: element.matches(
						'input:not([type=radio]):not([type=checkbox]):not([type=file]), textarea, [role=slider]',
				  )
				? 'write'
				: 'click';
		const inMenu = element.closest('[role=menu]') !== null;
		found = {
			kind,
			name,
			does: does as Found['does'],
			inMenu,
			link: href !== undefined || (tag === 'option' && element.closest('[role=dialog]') !== null),
			last: true,
			element,
		};
	}
	return (
		found ?? {
			kind: '',
			name: '',
			does: 'click' as const,
			inMenu: false,
			link: false,
			last: true,
			element: null,
		}
	);
}

/** In the page: what has changed since it was reset. */
function look(element: Element, { reset, inMenu }: { reset: boolean; inMenu: boolean }): Seen {
	const counts = (window as unknown as Counted).pressed;
	if (reset) counts.all = counts.outOfMenu = 0;
	return {
		changes: inMenu ? counts.outOfMenu : counts.all,
		url: location.href,
		focused: element === document.activeElement,
		state:
			element instanceof HTMLInputElement || element instanceof HTMLSelectElement
				? `${element.value} ${element instanceof HTMLInputElement && element.checked}`
				: '',
	};
}

/** In the page: takes the next choice of a select. */
function choose(element: Element): void {
	const select = element as HTMLSelectElement;
	select.focus();
	select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
	select.dispatchEvent(new Event('input', { bubbles: true }));
	select.dispatchEvent(new Event('change', { bubbles: true }));
}

/**
 * In the page, before it loads: counts what changes, but for what only tells where the pointer
 * is. Nothing ticks and nothing is read again by itself: what changes was pressed.
 */
export function count(): void {
	const counts = { all: 0, outOfMenu: 0 };
	const real = setTimeout;
	Object.assign(window, {
		setInterval: () => 0,
		setTimeout: (call: () => void, ms = 0) => (ms < 500 ? real(call, ms) : 0),
		pressed: counts,
		isUnderAlert: (element: Element) => {
			const box = element.getBoundingClientRect();
			const alert = document
				.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
				?.closest('[role=alert]');
			return alert && !alert.contains(element);
		},
	});
	const write = navigator.clipboard?.writeText.bind(navigator.clipboard);
	if (write)
		navigator.clipboard.writeText = (text) => {
			counts.all++;
			counts.outOfMenu++;
			return write(text);
		};
	const pointer = ['data-state', 'aria-describedby', 'tabindex', 'data-highlighted'];
	const menus = ['aria-expanded', 'aria-controls', 'style', 'aria-hidden', 'inert', 'id', 'class'];
	const floats = '[role=menu], [data-bits-floating-content-wrapper], [data-slot=dropdown-menu-content]';
	const within = (node: Node, selector: string) =>
		node instanceof Element && (node.matches(selector) || node.querySelector(selector) !== null);
	const quiet = (node: Node) =>
		within(node, '[role=tooltip], [data-slot=tooltip-content]') || node.nodeType === Node.COMMENT_NODE;
	new MutationObserver((changes) => {
		for (const change of changes) {
			const target = change.target instanceof Element ? change.target : change.target.parentElement;
			if (target?.closest('time')) continue;
			const moved = [...change.addedNodes, ...change.removedNodes];
			const name = change.attributeName ?? '';
			if (change.type === 'attributes' && pointer.includes(name)) continue;
			if (change.type === 'childList' && moved.every(quiet)) continue;
			counts.all++;
			if (target?.closest(floats)) continue;
			if (change.type === 'attributes' && menus.includes(name)) continue;
			if (change.type === 'childList' && moved.every((node) => quiet(node) || within(node, floats))) continue;
			counts.outOfMenu++;
		}
	}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}
