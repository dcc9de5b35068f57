import type { Clock } from '../clock/clock.js';
import type { ResolvedAddress } from './resolve-name.js';

/** How long a name is not asked for again. A create that was admitted by an old answer gets past no attempt. */
const KEPT_MS = 5_000;
const MAX_NAMES = 1_000;

/** What names resolved to just now, so that creates which name the same host do not each wait for it. */
export class RecentAnswers {
  readonly #clock: Clock;
  /** In the order in which they were learned. */
  readonly #kept = new Map<
    string,
    { readonly answers: readonly ResolvedAddress[]; readonly untilMs: number }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): readonly ResolvedAddress[] | undefined {
    const kept = this.#kept.get(name);
    return kept && kept.untilMs > this.#clock.monotonicMs() ? kept.answers : undefined;
  }

  set(name: string, answers: readonly ResolvedAddress[]): void {
    this.#kept.delete(name);
    this.#kept.set(name, { answers, untilMs: this.#clock.monotonicMs() + KEPT_MS });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_NAMES && oldest !== undefined) this.#kept.delete(oldest);
  }
}
