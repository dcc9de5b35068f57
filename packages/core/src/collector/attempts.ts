import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import type { Observer } from '../events/events.js';
import type { Random } from '../random/random.js';
import { LIMITS } from '../service/limits.js';
import type { CleanupOutcome } from '../store/cleanup-verbs.js';
import { Attempt, attemptTimeoutMs } from './attempt.js';
import type { Breakers } from './breakers.js';
import type { AttemptResult, Executors } from './executor.js';
import { InFlight } from './in-flight.js';
import { outcomeOf } from './outcome.js';
import { CAME_LATE_MS, CANNOT_SERVE_MS, type PassedOver } from './passed-over.js';
import { grantedMs } from './retry-delay.js';
import type { Settler } from './settler.js';
import type { Slots } from './slots.js';

/**
 * What must be left of a claim when its attempt has timed out: the executor's time to stop, and the time between the
 * last look at the clock and the first byte, during which the event loop may be blocked.
 */
const CLAIM_MARGIN_MS = 2_000;

/**
 * How long a claim may take to be answered and still be of use for the longest attempt. A claim without this room would be
 * given back whenever the store takes a millisecond longer than it has, and the next one again. A second is what L1 has,
 * where it has most, from falling due to the attempt.
 */
const CLAIM_ANSWER_MS = 1_000;

/**
 * The shortest claim. It must outlast the longest attempt that may be made under it: one that still runs when its claim
 * has run out meets the next one at the endpoint.
 */
export const MIN_CLAIM_MS = LIMITS.attemptTimeoutMs.max + CLAIM_MARGIN_MS + CLAIM_ANSWER_MS;

/**
 * How long beyond its claim an outcome is still offered to the store. Until another replica has claimed the cleanup the
 * store takes it, which spares the endpoint a second callback; but an outcome that cannot be stored must not hold its
 * slot for ever.
 */
const SETTLE_OVERTIME_MS = 20_000;

/**
 * The breaker opened between a claim and its answer. Making the attempts all the same would spend up to 16 of them on an
 * endpoint that is known to fail; this costs an entry in the history, once for each time that it opens.
 */
const OPENED_MEANWHILE = 'the breaker of its endpoint opened meanwhile';

export interface AttemptsOptions {
  readonly executors: Executors;
  readonly settler: Settler;
  readonly slots: Slots;
  readonly passedOver: PassedOver;
  readonly breakers: Breakers;
  readonly clock: Clock;
  readonly random: Random;
  readonly claimMs: number;
  readonly tell: Observer;
  /** Called when a slot is free again. */
  readonly freed: () => void;
}

/** The attempts in flight, each with its slot, from the claim to the recorded outcome. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #running = new Set<Attempt>();
  readonly #inFlight = new InFlight();
  #closed = false;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Makes the attempt, or gives the claim back. `claimedMs`: the monotonic clock before the claim was sent. */
  start(claim: CleanupClaim, claimedMs: number): void {
    void this.#inFlight.track(this.#run(claim, claimedMs));
  }

  /** From now on every claim is given back. */
  close(): void {
    this.#closed = true;
  }

  /** Tells every executor to stop. */
  abort(why: string): void {
    for (const attempt of this.#running) attempt.abort(why);
  }

  /** Resolves when nothing is in flight and every outcome is recorded or given up. */
  idle(): Promise<void> {
    return this.#inFlight.none();
  }

  async #run(claim: CleanupClaim, claimedMs: number): Promise<void> {
    const { slots, settler, breakers, clock, random, claimMs, tell, freed } = this.#options;
    const hasSlot = slots.take(claim.endpoint);
    const startMs = clock.monotonicMs();
    const hindrance = hasSlot ? this.#hindrance(claim, claimedMs) : 'no slot is free';
    const permit = hindrance === undefined ? breakers.admit(claim.endpoint) : undefined;
    const result = permit
      ? await this.#attempt(claim)
      : ({ kind: 'unstarted', detail: hindrance ?? OPENED_MEANWHILE } as const);
    const askedMs = 'retryAfterMs' in result ? result.retryAfterMs : undefined;
    const durationMs = Math.round(clock.monotonicMs() - startMs);
    if (permit) {
      const overslept = durationMs > attemptTimeoutMs(claim) + CLAIM_MARGIN_MS;
      breakers.ended(permit, result, { restMs: grantedMs(claim.spec.retry, askedMs), overslept });
    }
    const started = result.kind !== 'unstarted';
    if (!started && permit) this.#options.passedOver.add(claim.endpoint, CANNOT_SERVE_MS);

    const outcome = outcomeOf(claim, result, started ? durationMs : undefined, random);
    tell(attemptEnded(claim, outcome, durationMs));
    await settler.settle(claim, outcome, claimedMs + claimMs + SETTLE_OVERTIME_MS);
    if (!hasSlot) return;
    slots.release(claim.endpoint);
    freed();
  }

  /** Why the attempt may not be made here and now. Who came late rests. */
  #hindrance(claim: CleanupClaim, claimedMs: number): string | undefined {
    const { clock, claimMs, passedOver } = this.#options;
    if (this.#closed) return 'the collector is stopping';
    const leftMs = claimedMs + claimMs - clock.monotonicMs();
    if (leftMs >= attemptTimeoutMs(claim) + CLAIM_MARGIN_MS) return undefined;
    // The claim came late, or this process slept since: the attempt could outlive its claim.
    passedOver.add(claim.endpoint, CAME_LATE_MS);
    return `only ${Math.round(leftMs)} ms of the claim are left`;
  }

  async #attempt(claim: CleanupClaim): Promise<AttemptResult> {
    const { executors, clock, tell } = this.#options;
    const kind = claim.spec.target.kind;
    const executor = executors[kind];
    // Not a failure of the cleanup: a replica that was started with this kind will do it, perhaps this one tomorrow.
    if (!executor) return { kind: 'unstarted', detail: `this process has no executor for ${kind} targets` };
    const attempt = new Attempt(executor, claim, clock, (error) => {
      tell({ type: 'step-failed', step: 'execute', error });
    });
    this.#running.add(attempt);
    try {
      return await attempt.result;
    } finally {
      this.#running.delete(attempt);
    }
  }
}

function attemptEnded(claim: CleanupClaim, outcome: CleanupOutcome, durationMs: number) {
  const { statusCode, detail } = outcome;
  return {
    type: 'attempt-ended',
    claim,
    outcome: outcome.kind,
    durationMs,
    ...(outcome.kind === 'fail' && { abandonReason: outcome.abandonReason }),
    ...(statusCode !== undefined && { statusCode }),
    ...(detail !== undefined && { detail }),
  } as const;
}
