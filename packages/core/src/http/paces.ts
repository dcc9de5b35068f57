/** How long the last look-up of a name took. `new`: nobody knows. */
export type Pace = 'quick' | 'new' | 'slow';

/** Longer than any name server takes that answers at all; one whose packets are lost is asked again after 5 s. */
const SLOW_MS = 1_000;
const MAX_NAMES = 10_000;

/** How long names took to look up, each the last time. */
export class Paces {
  /** In the order in which they were learned. */
  readonly #known = new Map<string, Pace>();

  of(name: string): Pace {
    return this.#known.get(name) ?? 'new';
  }

  learn(name: string, tookMs: number): void {
    this.#known.delete(name);
    this.#known.set(name, tookMs < SLOW_MS ? 'quick' : 'slow');
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_NAMES && oldest !== undefined) this.#known.delete(oldest);
  }
}

/**
 * As many look-ups may be running for one more of this pace to start. So names that hang, however many there are, leave
 * half of the places to others, and names that nobody knows yet a sixth to those that are known to be quick.
 */
export function placesFor(pace: Pace, places: number): number {
  switch (pace) {
    case 'quick':
      return places;
    case 'new':
      return Math.max(1, places - Math.ceil(places / 6));
    case 'slow':
      return Math.max(1, Math.floor(places / 2));
  }
}
