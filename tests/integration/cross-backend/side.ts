import type { Cleanup, CleanupState, Lease, LeaseStore } from '@lease/core';
import type { OpenStore } from '../storage/open-store.js';
import { DrawnNames } from './drawn.js';

/** Verbs that take a batch. */
export type BatchVerb =
  'create' | 'renew' | 'release' | 'settleCleanups' | 'retryCleanups' | 'forgetCleanups';
type Command = Readonly<Record<string, unknown>>;

const STATES: readonly CleanupState[] = ['DUE', 'CLAIMED', 'ABANDONED', 'COLLECTED', 'REVIVED', 'FORGOTTEN'];
const PAGE = 7;

/** One of several stores to which the same is done. It speaks of all that it draws by names, which the others share. */
export class Side {
  readonly name: string;
  readonly #open: OpenStore;
  readonly #oneByOne: boolean;
  readonly #names = new DrawnNames();

  /** `oneByOne`: each element of a batch is a call of its own. */
  constructor(name: string, open: OpenStore, oneByOne = false) {
    this.name = name;
    this.#open = open;
    this.#oneByOne = oneByOne;
  }

  async batch(verb: BatchVerb, commands: readonly Command[]): Promise<readonly unknown[]> {
    const batches = this.#oneByOne ? commands.map((command) => [command]) : [commands];
    const answers: unknown[] = [];
    for (const batch of batches) {
      const send = this.#store[verb].bind(this.#store) as (commands: unknown) => Promise<readonly unknown[]>;
      answers.push(...(await send(this.#names.toDrawn(batch))));
    }
    return this.#names.toNames(answers.map(withoutAdvice)) as unknown[];
  }

  /** All that is due, in the order of the objects: which comes first is the store's affair. */
  async claim(claimant: string, claimMs: number): Promise<readonly Command[]> {
    const claims = await this.#store.claimCleanups({
      ...{ claimant, limit: 10_000, perEndpointLimit: 10_000, busyEndpoints: [], claimMs },
    });
    const ordered = [...claims].sort((a, b) =>
      compare(`${a.object.type}/${a.object.id}`, `${b.object.type}/${b.object.id}`),
    );
    return this.#names.toNames(ordered.map(withoutLastOfMany)) as Command[];
  }

  async sweep(graceMs: number): Promise<unknown> {
    const { status, expired, due } = await this.#store.expireDue({ limit: 10_000, graceMs, brakeShare: 1 });
    return { status, expired, due };
  }

  async prune(olderThanMs: number): Promise<unknown> {
    return this.#store.prune({
      ...{ endedLeasesOlderThanMs: olderThanMs, finishedCleanupsOlderThanMs: olderThanMs, limit: 10_000 },
    });
  }

  pause(forMs: number): Promise<unknown> {
    return this.#store.pause({ forMs, note: 'a note' });
  }

  resume(): Promise<unknown> {
    return this.#store.resume();
  }

  advance(ms: number): Promise<void> {
    return this.#open.time.advance(ms);
  }

  /** Cleanups of a state, in the order of their objects and lives. */
  async cleanups(state: CleanupState): Promise<readonly Command[]> {
    const cleanups: Cleanup[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.listCleanups({
        state,
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      cleanups.push(...page.cleanups);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    cleanups.sort(
      (a, b) =>
        compare(a.object.id, b.object.id) ||
        compare(a.object.type, b.object.type) ||
        a.generation - b.generation,
    );
    return this.#names.toNames(cleanups.map(withoutLastOfMany)) as Command[];
  }

  /** All that can be read of leases, cleanups, attempts, totals and pauses. */
  async readAll(): Promise<Readonly<Record<string, unknown>>> {
    const all: Record<string, unknown> = {
      ...{
        leases: await this.#leases(),
        stats: await this.#store.stats(),
        state: await this.#store.collectionState(),
      },
    };
    for (const state of STATES) {
      const cleanups = await this.cleanups(state);
      all[state] = cleanups;
      for (const { cleanupId } of cleanups) {
        const { cleanupId: drawn } = this.#names.toDrawn({ cleanupId }) as Pick<Cleanup, 'cleanupId'>;
        const attempts = await this.#store.listAttempts(drawn, 100);
        all[`attempts of ${String(cleanupId)}`] = this.#names.toNames(attempts);
      }
    }
    return all;
  }

  close(): Promise<void> {
    return this.#open.close();
  }

  async #leases(): Promise<unknown> {
    const leases: Lease[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.list({ limit: PAGE * PAGE, ...(cursor !== undefined && { cursor }) });
      leases.push(...page.leases);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return this.#names.toNames(leases.sort((a, b) => compare(a.leaseId, b.leaseId)));
  }

  get #store(): LeaseStore {
    return this.#open.store;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** When to try again is advice, and how good it is each store's own. */
function withoutAdvice(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('retryAfterMs' in answer)) return answer;
  const { retryAfterMs, ...rest } = answer;
  return { ...rest, waits: typeof retryAfterMs === 'number' && retryAfterMs > 0 };
}

/** Of leases that expire in one sweep, any may be the last one. */
function withoutLastOfMany<T extends { readonly reason: string; readonly lastLeaseId: string }>(
  value: T,
): Partial<T> {
  const { lastLeaseId, ...rest } = value;
  return (value.reason === 'EXPIRED' ? rest : { ...rest, lastLeaseId }) as Partial<T>;
}
