import type { Random } from '../random/random.js';

/** Randomness that a seed determines: the same seed gives the same numbers and the same UUIDs, in the same order. */
export function seededRandom(seed: number): Random {
  return new SeededRandom(seed);
}

/** A class, since simulations draw from a new one a few times per message, and closures made each time would cost more than the draw. */
class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    return this.#next32() / 2 ** 32;
  }

  uuid(): string {
    const hex = this.#hex8() + this.#hex8() + this.#hex8() + this.#hex8();
    // Version 4, variant 10xx.
    const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-');
  }

  /** Mulberry32: 32 bits of state are plenty for test data, and a neighbouring seed gives unrelated numbers. */
  #next32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    const state = this.#state;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  #hex8(): string {
    return this.#next32().toString(16).padStart(8, '0');
  }
}

/** A whole number in `[0, below)`. */
export function randomBelow(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}

/** One of the items; there must be one. */
export function randomItem<T>(random: Random, items: readonly T[]): T {
  const index = randomBelow(random, items.length);
  if (items.length === 0) throw new RangeError('nothing to choose from');
  return items[index] as T;
}
