import type { Clock } from '../clock/clock.js';
import type { SweepReport } from '../store/control-verbs.js';

/** Long enough for what falls due in lumps, and for replicas that sweep in turn. */
const WINDOW_MS = 5_000;
/** Sweeps that were behind for longer found a storm, or what had piled up: it says nothing of what falls due steadily. */
const MOST_BEHIND_MS = 2_000;

/**
 * How many cleanups fall due steadily, as this replica finds them. Only sweeps that keep up can tell; while they do not, and
 * until the next full window, what they told before still holds.
 */
export class SteadyLoad {
  readonly #clock: Clock;
  /** By the monotonic clock: since when sweeps are behind, and since when is counted. */
  #behindMs: number | undefined;
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

  /** Whether the last sweep that could tell left leases overdue: they will be late before they are due. */
  get isBehind(): boolean {
    return this.#behindMs !== undefined;
  }

  /** So many fell due that no sweep found. */
  fellDue(count: number): void {
    this.#due += count;
  }

  swept({ status, nextInMs, expired, rearmed, skipped, due }: SweepReport): void {
    const nowMs = this.#clock.monotonicMs();
    this.#due += due;
    const isHeld = status === 'paused' || (skipped > 0 && expired === 0);
    // A pause or the brake: more will fall due when it ends.
    if (isHeld) this.#sinceMs = this.#behindMs = undefined;
    else if (nextInMs > 0 && status === 'swept') this.#keptUp(nowMs);
    // Who finds another replica sweeping, or only leases that were renewed, learns nothing.
    else if (nextInMs === 0 && expired > rearmed) this.#behindMs ??= nowMs;
  }

  #keptUp(nowMs: number): void {
    const isPiledUp = this.#behindMs !== undefined && nowMs - this.#behindMs > MOST_BEHIND_MS;
    this.#behindMs = undefined;
    if (this.#sinceMs !== undefined && !isPiledUp) {
      const tookMs = nowMs - this.#sinceMs;
      if (tookMs < WINDOW_MS) return;
      this.#perMs = this.#due / tookMs;
    }
    this.#sinceMs = nowMs;
    this.#due = 0;
  }
}
