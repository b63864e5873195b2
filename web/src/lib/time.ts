import { language, type Language } from './i18n/language.svelte';
import { decimal } from './number';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const units = {
	en: { now: 'now', minute: 'm', day: 'd' },
	fr: { now: 'maintenant', minute: 'min', day: 'j' },
};

// The browser's own takes a phone a tenth of a second to begin, and every chart has days.
const months = {
	en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
	fr: ['janv.', 'févr.', 'mars', 'avr.', 'mai', 'juin', 'juil.', 'août', 'sept.', 'oct.', 'nov.', 'déc.'],
};

// It takes milliseconds to make one, so each is made once.
const whole: Partial<Record<Language, Intl.DateTimeFormat>> = {};

/** Age in one unit: "16 s", "4 m", "3 h", "12 d". A time to come is "now". */
export function age(from: number, now: number): string {
	const ms = now - from;
	const unit = units[language.code];
	if (ms < second) return unit.now;
	if (ms < minute) return `${Math.floor(ms / second)} s`;
	if (ms < hour) return `${Math.floor(ms / minute)} ${unit.minute}`;
	if (ms < 2 * day) return `${Math.floor(ms / hour)} h`;
	return `${Math.floor(ms / day)} ${unit.day}`;
}

/** An age outside of columns: "16 s ago", "il y a 16 s", "now". A time to come is now. */
export function ago(from: number, now: number): string {
	const fr = language.code === 'fr';
	if (now - from < second) return fr ? 'à l’instant' : 'now';
	return fr ? `il y a ${age(from, now)}` : `${age(from, now)} ago`;
}

/** "2026-10-13 14:31:52.418 UTC", for where the reader's zone must not matter. */
export function utc(time: string): string {
	const at = new Date(time);
	if (Number.isNaN(at.getTime())) return time;
	return `${at.toISOString().slice(0, 23).replace('T', ' ')} UTC`;
}

/** Time of day in the reader's zone, with milliseconds: "14:31:52.418". */
export function clock(time: string): string {
	const at = new Date(time);
	return `${clockSeconds(time)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** Time of day in the reader's zone: "14:31:52". */
export function clockSeconds(time: string): string {
	const at = new Date(time);
	return [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}

/** Time of day in the reader's zone: "14:30". */
export function clockMinutes(time: number): string {
	return clockSeconds(new Date(time).toISOString()).slice(0, 5);
}

/** Day in the reader's zone: "13 Oct". */
export function dayMonth(at: Date): string {
	return `${at.getDate()} ${months[language.code][at.getMonth()]}`;
}

/** Day and time of day in the reader's zone, as the language writes them. */
export function here(time: string): string {
	const at = new Date(time);
	if (Number.isNaN(at.getTime())) return time;
	const { code } = language;
	whole[code] ??= new Intl.DateTimeFormat(code, { dateStyle: 'short', timeStyle: 'medium' });
	return whole[code].format(at);
}

/** Day in the reader's zone, with the year when it is not this one: "13 Oct", "13 Oct 2025". */
export function date(time: string, now: number): string {
	const at = new Date(time);
	const text = dayMonth(at);
	return at.getFullYear() === new Date(now).getFullYear() ? text : `${text} ${at.getFullYear()}`;
}

/** How long a hop took: "+13 ms", "+1.24 s", "+4 m 10 s", "−210 ms". */
export function hop(ms: number): string {
	const sign = ms < 0 ? '−' : '+';
	return sign + span(Math.abs(ms));
}

/** A length of time in at most two units: "13 ms", "1.24 s", "4 m 10 s", "3 h 5 m", "2 d 4 h". */
export function span(ms: number): string {
	if (ms < second) return `${Math.round(ms)} ms`;
	if (ms < 10 * second) return `${decimal(ms / second, 2)} s`;
	if (ms < minute) return `${decimal(ms / second, 1)} s`;
	const unit = units[language.code];
	const two = (size: number, unit: string, small: number, part: string) => {
		const rest = Math.floor((ms % size) / small);
		return rest > 0 ? `${Math.floor(ms / size)} ${unit} ${rest} ${part}` : `${Math.floor(ms / size)} ${unit}`;
	};
	if (ms < hour) return two(minute, unit.minute, second, 's');
	if (ms < day) return two(hour, 'h', minute, unit.minute);
	return two(day, unit.day, hour, 'h');
}
