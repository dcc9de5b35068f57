import { setTimeout as delay } from 'node:timers/promises';
import { LeaseClient } from '@lease/client';
import { randomItem, seededRandom } from '@lease/core/testing';
import { canary } from '../helpers/canaries.mjs';
import { eventually } from '../helpers/eventually.js';
import { Holder } from './holder.js';
import type { Ledger } from './ledger.js';
import { live } from './lives.js';

export interface LoadOptions {
  /** Of all replicas: the clients choose for themselves. */
  readonly addresses: readonly string[];
  /** Where cleanups go. */
  readonly url: string;
  readonly ledger: Ledger;
  readonly seed: number;
  /** Lives lived at once. */
  readonly workers: number;
  /** Total deadline of a call. Default: the client's own, 10 s. */
  readonly timeoutMs?: number;
}

const SERVICES = ['orders', 'uploads', 'sessions', 'reports'];

/** Of a worker between two lives, on average half of it. Keeps two processor cores from being the bottleneck. */
const MAX_PAUSE_MS = 150;

/**
 * An attempt that times out is repeated, by right (S9). None shall: where the machine is busy, a replica that has just
 * started may wait for seconds until it runs.
 */
const ATTEMPT_MS = 20_000;

/** Services that take, renew and release leases all the time, so that cleanups happen all the time. */
export class Load {
  readonly #ledger: Ledger;
  readonly #clients: readonly LeaseClient[];
  readonly #workers: Promise<unknown>;
  #stopped = false;

  constructor({ addresses, url, ledger, seed, workers, timeoutMs }: LoadOptions) {
    this.#ledger = ledger;
    const retry = { initialBackoffMs: 100, maxBackoffMs: 1_000, attemptTimeoutMs: ATTEMPT_MS };
    this.#clients = SERVICES.map(
      (serviceId) => new LeaseClient({ addresses, serviceId, ...(timeoutMs !== undefined && { timeoutMs }) }),
    );
    const cleanup = {
      http: {
        url: `${url}?key=${canary('callback query')}`,
        headers: { authorization: canary('callback header') },
      },
      payload: canary('callback payload'),
      retry,
    };
    const holders = this.#clients.map((client) => new Holder(client, cleanup, ledger));
    const work = async (worker: number) => {
      const random = seededRandom(seed * 1_000 + worker);
      for (let life = 0; !this.#stopped; life += 1) {
        const holder = randomItem(random, holders);
        const other = randomItem(
          random,
          holders.filter((each) => each !== holder),
        );
        await live({ object: { type: 'blob', id: `${worker}-${life}` }, holder, other, random });
        await delay(random.next() * MAX_PAUSE_MS);
      }
    };
    this.#workers = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
    // Whoever stops the load hears of it; until then it is nobody's.
    this.#workers.catch(() => undefined);
  }

  /** Waits until so many further creates were acknowledged. */
  async more(creates: number, deadlineMs = 30_000): Promise<void> {
    const goal = this.#ledger.acknowledgedCreates + creates;
    await eventually(
      () => {
        const missing = goal - this.#ledger.acknowledgedCreates;
        if (missing > 0) throw new Error(`of ${creates} creates, ${missing} are still to be acknowledged`);
      },
      { deadlineMs },
    );
  }

  /** Begins no further life, and waits for those begun. Rejects if one of them broke off. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#workers;
    for (const client of this.#clients) client.close();
  }
}
