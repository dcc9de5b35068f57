import type { Clock, LeaseStore } from '@lease/core';

/** A store whose time others move, e.g. an `OpenStore` of the stores' laws. */
export interface TimedStore {
  readonly store: LeaseStore;
  readonly time: { advance(ms: number): Promise<void> };
}

/**
 * A store in virtual time: it reads the same time as the collectors, and each call takes so much of it. What a real
 * database takes meanwhile counts for nothing: time stands still until {@link quiet}.
 */
export class VirtualStore {
  /** As collectors reach it. */
  readonly store: LeaseStore;
  /** Takes no time: for whoever arranges and looks. */
  readonly atOnce: LeaseStore;
  readonly #timed: TimedStore;
  readonly #clock: Clock;
  readonly #calls = new Set<Promise<unknown>>();
  #storeMs = 0;
  #moving: Promise<void> = Promise.resolve();

  constructor(timed: TimedStore, clock: Clock, latencyMs: number) {
    this.#timed = timed;
    this.#clock = clock;
    this.store = this.#reached(latencyMs);
    this.atOnce = this.#reached(0);
  }

  /** Resolves when every call that can go on without time passing is answered. */
  async quiet(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
  }

  #reached(latencyMs: number): LeaseStore {
    return new Proxy(this.#timed.store, {
      get: (store, verb) => {
        const member: unknown = Reflect.get(store, verb);
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]) =>
          this.#call(latencyMs, () => Reflect.apply(member, store, args));
      },
    });
  }

  async #call(latencyMs: number, call: () => unknown): Promise<unknown> {
    if (latencyMs > 0) await new Promise<void>((resolve) => this.#clock.schedule(latencyMs, resolve));
    const answer = this.#catchUp().then(call);
    this.#calls.add(answer);
    const forget = () => void this.#calls.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  /** One after the other: the clock of a store is moved by one hand at a time. */
  #catchUp(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    return (this.#moving = this.#moving.then(async () => {
      const byMs = nowMs - this.#storeMs;
      if (byMs <= 0) return;
      this.#storeMs = nowMs;
      await this.#timed.time.advance(byMs);
    }));
  }
}
