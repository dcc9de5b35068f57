import type { Clock } from '../clock/clock.js';
import type { SweepReport } from '../store/control-verbs.js';
import { Spell } from './spell.js';

/** Long enough that what falls due in lumps, and what other replicas sweep in between, makes no difference. */
const WINDOW_MS = 5_000;
/** What sweeps find who have been behind for longer had piled up, and says nothing of what falls due steadily. */
const MOST_BEHIND_MS = 10_000;

/**
 * How many cleanups fall due steadily at this replica. Only sweeps that keep up can tell; while they do not, and until the
 * next full window, what they told before still holds.
 */
export class SteadyLoad {
  readonly #clock: Clock;
  readonly #behind = new Spell();
  /** By the monotonic clock: since when is counted. */
  #sinceMs: number | undefined;
  #due = 0;
  #perMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Cleanups for each millisecond; Infinity until it is known: a process that starts beside a backlog keeps up with it first. */
  get perMs(): number {
    return this.#perMs;
  }

  /** So many fell due that no sweep found. */
  fellDue(count: number): void {
    this.#due += count;
  }

  swept({ status, nextInMs, due }: SweepReport): void {
    const nowMs = this.#clock.monotonicMs();
    this.#due += due;
    // A pause ends with more than fell due meanwhile.
    if (status === 'paused') this.#sinceMs = undefined;
    else if (nextInMs === 0) this.#behind.seen(nowMs);
    // Who finds another replica sweeping learns nothing.
    else if (status === 'swept') this.#keptUp(nowMs);
  }

  #keptUp(nowMs: number): void {
    const isNew = this.#sinceMs === undefined || this.#behind.lengthMs(nowMs) > MOST_BEHIND_MS;
    const tookMs = nowMs - (this.#sinceMs ?? nowMs);
    if (!isNew && tookMs < WINDOW_MS) return;
    if (!isNew) this.#perMs = this.#due / tookMs;
    this.#sinceMs = nowMs;
    this.#due = 0;
  }
}
