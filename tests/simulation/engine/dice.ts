import { Chance } from './chance.js';

/**
 * Chances by name: the n-th throw for a name depends on the seed, the name and n alone. What is left out of a schedule
 * leaves the luck of the rest as it was, so that a failure survives being shrunk.
 */
export class Dice {
  readonly #seed: number;
  readonly #thrown = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  throw(name: string): Chance {
    const thrown = (this.#thrown.get(name) ?? 0) + 1;
    this.#thrown.set(name, thrown);
    return Chance.of(this.#seed, `${name} ${thrown}`);
  }
}
