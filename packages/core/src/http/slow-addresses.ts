import type { Clock } from '../clock/clock.js';

/** How long an address is tried last, from when it was found to be slow. */
const KEPT_MS = 600_000;
const MAX_ADDRESSES = 1_000;

/**
 * Addresses at which nobody accepted a connection in time. One that leads nowhere would otherwise cost every attempt at
 * its name a good part of its time, since of several addresses one is tried after the other.
 */
export class SlowAddresses {
  readonly #clock: Clock;
  /** Until when. In the order in which they were found. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  found(address: string, port: number): void {
    this.accepted(address, port);
    this.#until.set(keyOf(address, port), this.#clock.monotonicMs() + KEPT_MS);
    const [oldest] = this.#until.keys();
    if (this.#until.size > MAX_ADDRESSES && oldest !== undefined) this.#until.delete(oldest);
  }

  /** It is like any other again. */
  accepted(address: string, port: number): void {
    this.#until.delete(keyOf(address, port));
  }

  /** The same addresses in the same order, but the slow ones last. */
  last(addresses: readonly string[], port: number): readonly string[] {
    const isSlow = (address: string) =>
      (this.#until.get(keyOf(address, port)) ?? 0) > this.#clock.monotonicMs();
    return [...addresses.filter((each) => !isSlow(each)), ...addresses.filter(isSlow)];
  }
}

/** A port that a firewall drops says nothing about the others. */
function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
