import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import type { Observer } from '../events/events.js';
import { MAX_BATCH } from '../service/limits.js';
import type { CleanupOutcome } from '../store/cleanup-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Gait } from './gait.js';
import { backoffMs } from './loop.js';

export interface SettlerOptions {
  readonly store: Pick<LeaseStore, 'settleCleanups'>;
  readonly clock: Clock;
  readonly tell: Observer;
  readonly gait: Pick<Gait, 'isGentle'>;
}

interface Entry {
  readonly claim: CleanupClaim;
  readonly outcome: CleanupOutcome;
  readonly giveUpMs: number;
  readonly close: () => void;
}

/**
 * How long, in a storm that gives way, outcomes wait for others, for each millisecond that the last batch took: fewer
 * transactions leave the database more time for renewals (L4).
 */
const REST_PER_SETTLE = 8;
/** A store that is slow for a while must not hold up the slots. */
const MOST_SETTLE_REST_MS = 50;

/**
 * Records outcomes, one batch at a time: what ends in one tick, while a batch is under way, or, in a storm that gives way,
 * soon after it, goes together. A batch that fails is offered again, with whatever came in meanwhile; the store knows an
 * outcome that it has already.
 */
export class Settler {
  readonly #store: Pick<LeaseStore, 'settleCleanups'>;
  readonly #clock: Clock;
  readonly #tell: Observer;
  readonly #gait: Pick<Gait, 'isGentle'>;
  /** Accepted and neither recorded nor given up. */
  readonly #open = new Set<Entry>();
  #waiting: Entry[] = [];
  #flushing = false;
  #failures = 0;
  /** By the monotonic clock: no batch before. */
  #restedMs = -Infinity;
  #endBackoff: (() => void) | undefined;
  /** Set once nobody waits for a second try. */
  #hurried = false;

  constructor({ store, clock, tell, gait }: SettlerOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#tell = tell;
    this.#gait = gait;
  }

  /**
   * Resolves when the store has taken or refused the outcome, or has been unavailable beyond `giveUpMs` (by the
   * monotonic clock), after which the claim counts as lost.
   */
  settle(claim: CleanupClaim, outcome: CleanupOutcome, giveUpMs: number): Promise<void> {
    return new Promise((resolve) => {
      const entry: Entry = {
        claim,
        outcome,
        giveUpMs,
        close: () => {
          this.#open.delete(entry);
          resolve();
        },
      };
      this.#open.add(entry);
      this.#waiting.push(entry);
      if (this.#flushing) return;
      this.#flushing = true;
      queueMicrotask(() => void this.#flush());
    });
  }

  /** Gives up what is still open, answered by the store or not. What comes later is offered once. */
  giveUpAll(): void {
    this.#hurried = true;
    this.#waiting = [];
    for (const entry of this.#open) this.#giveUp(entry, new Error('the collector stopped'));
    this.#endBackoff?.();
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const startMs = this.#clock.monotonicMs();
      if (startMs < this.#restedMs && !this.#hurried) {
        await this.#backoff(this.#restedMs - startMs);
        continue;
      }
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        const results = await this.#store.settleCleanups(batch.map(({ outcome }) => outcome));
        this.#failures = 0;
        const endMs = this.#clock.monotonicMs();
        if (this.#gait.isGentle)
          this.#restedMs = endMs + Math.min(REST_PER_SETTLE * (endMs - startMs), MOST_SETTLE_REST_MS);
        for (const [index, { claim, close }] of batch.entries()) {
          if (results[index] === 'stale') this.#tell({ type: 'outcome-stale', claim });
          close();
        }
      } catch (error) {
        this.#tell({ type: 'step-failed', step: 'settle', error });
        this.#waiting.unshift(...this.#worthRetrying(batch, error));
        if (this.#waiting.length > 0) await this.#backoff(backoffMs(++this.#failures));
      }
    }
    this.#flushing = false;
  }

  #worthRetrying(batch: readonly Entry[], cause: unknown): readonly Entry[] {
    const nowMs = this.#clock.monotonicMs();
    const open = batch.filter((entry) => this.#open.has(entry));
    for (const entry of open) if (this.#hurried || nowMs >= entry.giveUpMs) this.#giveUp(entry, cause);
    return open.filter((entry) => this.#open.has(entry));
  }

  #giveUp(entry: Entry, cause: unknown): void {
    const { cleanupId, fence } = entry.claim;
    const error = new Error(`gave up recording an outcome of cleanup ${cleanupId}, fence ${fence}`, {
      cause,
    });
    this.#tell({ type: 'step-failed', step: 'settle', error });
    entry.close();
  }

  #backoff(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(delayMs, resolve);
      this.#endBackoff = () => {
        cancel();
        resolve();
      };
    });
  }
}
