import {
  type CleanupOutcome,
  type CreateLease,
  type LeaseStore,
  type Random,
  StoreUnavailableError,
} from '@lease/core';
import { createCommand, randomBelow, randomItem, seededRandom } from '@lease/core/testing';
import type { Answer } from './answers.js';
import { GRACE_MS, QUOTA, remember, type Stage } from './stage.js';

/** Long enough ago that no retry of this race can be about it. */
const RETAINED_MS = 300;

/** One of many that call a replica, one call after the other, at random. The same seed chooses the same calls as far as the answers let it. */
export class Player {
  readonly answers: Answer[] = [];
  calls = 0;
  /** Calls that got no answer. */
  unanswered = 0;
  readonly #name: string;
  readonly #store: LeaseStore;
  readonly #stage: Stage;
  readonly #random: Random;

  constructor(name: string, store: LeaseStore, stage: Stage, seed: number) {
    this.#name = name;
    this.#store = store;
    this.#stage = stage;
    this.#random = seededRandom(seed);
  }

  /** Plays until it is told to stop. What a store may not throw, it rejects with. */
  async play(until: () => boolean): Promise<void> {
    while (!until()) {
      this.calls += 1;
      try {
        await this.#turn();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        this.unanswered += 1;
      }
    }
  }

  #turn(): Promise<void> {
    const turns = [
      { weight: 30, turn: () => this.#create() },
      { weight: 14, turn: () => this.#renew() },
      { weight: 16, turn: () => this.#release() },
      { weight: 10, turn: () => this.#sweep() },
      { weight: 14, turn: () => this.#claim() },
      { weight: 16, turn: () => this.#settle() },
      { weight: 2, turn: () => this.#retry() },
      { weight: 2, turn: () => this.#forget() },
      { weight: 1, turn: () => this.#prune() },
    ];
    let drawn = randomBelow(
      this.#random,
      turns.reduce((sum, { weight }) => sum + weight, 0),
    );
    const chosen = turns.find(({ weight }) => (drawn -= weight) < 0);
    return (chosen ?? { turn: () => this.#create() }).turn();
  }

  async #create(): Promise<void> {
    const commands = this.#some(() => this.#newOrRepeated());
    for (const command of commands) remember(this.#stage.creates, command);
    const results = await this.#store.create(commands);
    this.#note(commands, results, (command, result) => ({ verb: 'create', command, result }));
    // Twice, if there is something to renew and to release now.
    for (const [index, command] of commands.entries()) {
      if (results[index]?.outcome === 'done') remember(this.#stage.creates, command);
    }
  }

  #newOrRepeated(): CreateLease {
    const { creates, objects, services, specs } = this.#stage;
    if (creates.length > 0 && this.#happens(0.15)) {
      const earlier = randomItem(this.#random, creates);
      return this.#happens(0.3)
        ? { ...earlier, ttlMs: earlier.ttlMs + 1, requestHash: `${earlier.requestHash}+` }
        : earlier;
    }
    return createCommand({
      leaseId: this.#random.uuid(),
      object: randomItem(this.#random, objects),
      serviceId: randomItem(this.#random, services),
      ttlMs: 5 + randomBelow(this.#random, 146),
      maxActive: QUOTA,
      ...(this.#happens(0.7) && { cleanup: randomItem(this.#random, specs) }),
    });
  }

  async #renew(): Promise<void> {
    const commands = this.#some(() => ({
      ...this.#holding(),
      ...(this.#happens(0.3) && { ttlMs: 5 + randomBelow(this.#random, 146) }),
    }));
    const results = await this.#store.renew(commands);
    this.#note(commands, results, (command, result) => ({ verb: 'renew', command, result }));
  }

  async #release(): Promise<void> {
    const commands = this.#some(() => ({
      ...this.#holding(),
      disposition: this.#happens(0.15) ? ('KEEP' as const) : ('COLLECT' as const),
    }));
    const results = await this.#store.release(commands);
    this.#note(commands, results, (command, result) => ({ verb: 'release', command, result }));
  }

  /** A lease of late, now and then in the name of somebody else. */
  #holding(): { leaseId: string; serviceId: string } {
    const { creates, services } = this.#stage;
    if (creates.length === 0) return { leaseId: this.#random.uuid(), serviceId: services[0] };
    const { leaseId, serviceId } = randomItem(this.#random, creates);
    return { leaseId, serviceId: this.#happens(0.05) ? randomItem(this.#random, services) : serviceId };
  }

  async #sweep(): Promise<void> {
    const limit = 1 + randomBelow(this.#random, 20);
    const report = await this.#store.expireDue({ limit, graceMs: GRACE_MS, brakeShare: 1 });
    this.answers.push({ verb: 'sweep', report });
  }

  async #claim(): Promise<void> {
    const claims = await this.#store.claimCleanups({
      claimant: this.#name,
      limit: 1 + randomBelow(this.#random, 8),
      perEndpointLimit: 1 + randomBelow(this.#random, 4),
      busyEndpoints: [],
      claimMs: 15 + randomBelow(this.#random, 61),
    });
    this.answers.push({ verb: 'claim', claims });
    for (const claim of claims) {
      remember(this.#stage.claims, claim);
      remember(this.#stage.cleanups, claim.cleanupId);
    }
  }

  /** Of claims of late, whoever made them: many have run out, and many outcomes come twice. */
  async #settle(): Promise<void> {
    const { claims } = this.#stage;
    if (claims.length === 0) return this.#claim();
    const outcomes = this.#some(() => {
      const { cleanupId, object, fence } = randomItem(
        this.#random,
        claims.slice(this.#happens(0.7) ? -8 : 0),
      );
      return this.#outcome({ cleanupId, object, fence });
    });
    const results = await this.#store.settleCleanups(outcomes);
    this.#note(outcomes, results, (command, result) => ({ verb: 'settle', command, result }));
  }

  #outcome(of: Pick<CleanupOutcome, 'cleanupId' | 'object' | 'fence'>): CleanupOutcome {
    const drawn = this.#random.next();
    if (drawn < 0.4) return { ...of, kind: 'done' };
    if (drawn < 0.5) return { ...of, kind: 'fail', abandonReason: 'TERMINAL_ANSWER' };
    if (drawn < 0.6) return { ...of, kind: 'unstarted' };
    const contact = randomItem(this.#random, ['answered', 'unanswered', 'unreached'] as const);
    const delayMs = randomBelow(this.#random, 40);
    return { ...of, kind: 'retry', contact, delayMs, abandonReason: 'ATTEMPTS_EXHAUSTED' };
  }

  async #retry(): Promise<void> {
    const commands = this.#someCleanups().map((cleanupId) => ({
      cleanupId,
      delayMs: randomBelow(this.#random, 20),
    }));
    await this.#store.retryCleanups(commands);
  }

  async #forget(): Promise<void> {
    await this.#store.forgetCleanups(
      this.#someCleanups().map((cleanupId) => ({ cleanupId, reason: 'by hand' })),
    );
  }

  #someCleanups(): readonly string[] {
    const { cleanups } = this.#stage;
    return this.#some(() =>
      cleanups.length === 0 ? this.#random.uuid() : randomItem(this.#random, cleanups),
    );
  }

  async #prune(): Promise<void> {
    const limit = 1 + randomBelow(this.#random, 50);
    await this.#store.prune({
      endedLeasesOlderThanMs: RETAINED_MS,
      finishedCleanupsOlderThanMs: RETAINED_MS,
      limit,
    });
  }

  #happens(share: number): boolean {
    return this.#random.next() < share;
  }

  /** Mostly one, else a few. */
  #some<T>(make: () => T): readonly T[] {
    return Array.from({ length: this.#happens(0.6) ? 1 : 2 + randomBelow(this.#random, 7) }, make);
  }

  #note<Command, Result>(
    commands: readonly Command[],
    results: readonly Result[],
    answer: (command: Command, result: Result) => Answer,
  ): void {
    if (results.length !== commands.length)
      throw new Error(`${results.length} answers to ${commands.length} commands`);
    for (const [index, command] of commands.entries())
      this.answers.push(answer(command, results[index] as Result));
  }
}
