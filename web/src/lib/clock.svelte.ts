/** The time of now, once a second, for ages that tick. */
class Clock {
	#now = $state(Date.now());

	get now(): number {
		return this.#now;
	}

	/** Ticks until the returned function is called. A hidden page does not tick. */
	follow(): () => void {
		const tick = () => {
			if (!document.hidden) this.#now = Date.now();
		};
		const timer = setInterval(tick, 1000);
		document.addEventListener('visibilitychange', tick);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', tick);
		};
	}
}

export const ticking = new Clock();
