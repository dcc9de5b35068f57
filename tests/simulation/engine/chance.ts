import type { Random } from '@lease/core';
import { randomBelow, randomItem, seededRandom } from '@lease/core/testing';

/** The choices that a simulation makes. All of a world's chances come from its one seed. */
export class Chance implements Random {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A stream of its own for each purpose: what one part draws does not move what another part sees. */
  static of(seed: number, purpose: string): Chance {
    let mixed = Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b;
    for (let i = 0; i < purpose.length; i += 1) mixed = Math.imul(mixed ^ purpose.charCodeAt(i), 0x01000193);
    return new Chance(seededRandom(mixed));
  }

  next(): number {
    return this.#random.next();
  }

  uuid(): string {
    return this.#random.uuid();
  }

  /** Whether it happens, this time. */
  hits(share: number): boolean {
    return share > 0 && this.#random.next() < share;
  }

  /** A whole number in `[min, max]`. */
  whole(min: number, max: number): number {
    return min + randomBelow(this.#random, max - min + 1);
  }

  /** A number in `[min, max)`, small ones as likely as large ones by their order of magnitude. */
  spread(min: number, max: number): number {
    return min * (max / min) ** this.#random.next();
  }

  item<T>(items: readonly T[]): T {
    return randomItem(this.#random, items);
  }

  /** One of the names, as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.#random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return randomItem(this.#random, entries)[0];
  }
}
