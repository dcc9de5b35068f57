import { setTimeout as delay } from 'node:timers/promises';
import { Forked } from '../helpers/forked.js';

const SENDER = new URL('renewing-process.ts', import.meta.url);
const LOOK_EVERY_MS = 5;

/** What a renewal names. */
export interface HeldLease {
  readonly leaseId: string;
  readonly serviceId: string;
}

export interface RenewingTask {
  /** The servers take turns. */
  readonly addresses: readonly string[];
  /** The leases too. */
  readonly leases: readonly HeldLease[];
}

/**
 * Renewals at a steady pace, 200 a second, one lease per call: whoever is slow is not asked more slowly. They are sent and
 * timed by a process of their own: this one has endpoints to run, and would measure itself.
 */
export class SteadyRenewals implements AsyncDisposable {
  readonly #sender = new Forked(SENDER);

  constructor(task: RenewingTask) {
    this.#sender.send(task);
  }

  /** How long each renewal took, in ms, until `enough` says so. */
  async during(enough: () => boolean): Promise<readonly number[]> {
    // Not before `stop`, unless a renewal failed.
    const answer = this.#sender.answer<readonly number[]>('sends renewals');
    this.#sender.send('start');
    while (!enough()) await Promise.race([delay(LOOK_EVERY_MS), answer]);
    this.#sender.send('stop');
    return answer;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sender[Symbol.asyncDispose]();
  }
}
