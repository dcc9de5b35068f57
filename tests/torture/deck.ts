import type { Random } from '@lease/core';

/** Deals every card before it deals one of them again. */
export class Deck<T> {
  readonly #cards: readonly T[];
  #left: T[] = [];

  constructor(cards: readonly T[]) {
    this.#cards = cards;
  }

  /** So many different ones, or all. */
  deal(random: Random, count: number): readonly T[] {
    const hand = new Set<T>();
    while (hand.size < Math.min(count, this.#cards.length)) {
      if (this.#left.length === 0) this.#left = [...this.#cards];
      const [card] = this.#left.splice(Math.floor(random.next() * this.#left.length), 1);
      if (card !== undefined) hand.add(card);
    }
    return [...hand];
  }
}
