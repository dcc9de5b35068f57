import type { CleanupClaim } from '../../cleanup/cleanup.js';
import type { Lease } from '../../lease/lease.js';
import { httpCleanup, objectRef } from '../builders.js';
import { randomBelow, randomItem } from '../seeded-random.js';
import type { Settling, Trial } from './trial.js';

const SERVICES = ['service-a', 'service-b', 'service-c'];
const OUTCOMES: readonly Settling[] = [
  'done',
  'unstarted',
  { kind: 'fail' },
  { kind: 'retry', contact: 'answered' },
  { kind: 'retry', contact: 'unanswered' },
  { kind: 'retry', contact: 'unreached', delayMs: 700 },
];

/** Does anything, in any order, on a few objects, by the trial's own seeded randomness. */
export class RandomRun {
  readonly #trial: Trial;
  readonly #leases: Lease[] = [];
  readonly #claims: CleanupClaim[] = [];

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  async step(): Promise<void> {
    const { random, time, store } = this.#trial;
    // Mostly one of the latest: earlier ones have ended, which is worth trying only now and then.
    const lease = this.#recent(this.#leases);
    const claim = this.#recent(this.#claims);
    switch (randomBelow(random, 12)) {
      case 0:
      case 1:
      case 2:
        return this.#create();
      case 3:
        if (lease) await this.#trial.renew(lease, 500 + randomBelow(random, 5_000));
        return;
      case 4:
      case 5:
        if (lease) await this.#trial.release(lease, random.next() < 0.6 ? 'COLLECT' : 'KEEP');
        return;
      case 6:
        // Mostly without a gap: in the recovery after one, little expires.
        if (random.next() < 0.8) await this.#trial.elapse(randomBelow(random, 900), { limit: 5 });
        else await time.advance(randomBelow(random, 2_000));
        return;
      case 7:
        await this.#trial.sweep({ limit: 1 + randomBelow(random, 5) });
        return;
      case 8:
        this.#claims.push(
          ...(await this.#trial.claim({
            limit: 1 + randomBelow(random, 3),
            claimMs: 1 + randomBelow(random, 3_000),
          })),
        );
        return;
      case 9:
      case 10:
        if (claim) await this.#trial.settle(claim, randomItem(random, OUTCOMES));
        return;
      default:
        if (claim && random.next() < 0.5)
          await store.retryCleanups([{ cleanupId: claim.cleanupId, delayMs: 0 }]);
        else if (claim) await store.forgetCleanups([{ cleanupId: claim.cleanupId, reason: 'by hand' }]);
    }
  }

  #recent<T>(items: readonly T[]): T | undefined {
    const { random } = this.#trial;
    if (items.length === 0) return undefined;
    return randomItem(random, random.next() < 0.8 ? items.slice(-8) : items);
  }

  async #create(): Promise<void> {
    const { random } = this.#trial;
    const result = await this.#trial.tryCreate({
      object: objectRef(`object-${randomBelow(random, 8)}`),
      serviceId: randomItem(random, SERVICES),
      ttlMs: 500 + randomBelow(random, 3_000),
      maxActive: 10,
      ...(random.next() < 0.7 && {
        cleanup: httpCleanup({ payload: `p${randomBelow(random, 2)}`, retry: { maxAttempts: 3 } }),
      }),
    });
    if (result.outcome === 'done') this.#leases.push(result.lease);
  }
}
