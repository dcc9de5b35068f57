import type {
  CleanupOutcome,
  CreateLease,
  LeaseStore,
  ReleaseLease,
  RenewLease,
  RenewResult,
} from '../../src/index.js';
import { leaseOf, NOW } from '../service/recording-store.js';

type Command = CreateLease | RenewLease | ReleaseLease | CleanupOutcome;
type Verb = 'create' | 'renew' | 'release' | 'settleCleanups';

/** One call that the store got, held until the test lets go of it. */
export interface Batch {
  readonly verb: Verb;
  readonly commands: readonly Command[];
  /** Answers every element, with the id that it named; or with `results`. */
  answer(results?: readonly unknown[]): void;
  fail(error: unknown): void;
}

/** A store that answers a write when the test says so. */
export class HeldStore {
  /** Every batch, in the order of arrival. */
  readonly batches: Batch[] = [];
  closed = 0;
  /** Called with each batch as it comes in. */
  onBatch: (batch: Batch) => void = () => undefined;

  /** As a store: only these verbs may be called. */
  get store(): LeaseStore {
    const verbs: Partial<LeaseStore> = {
      create: (commands) => this.#hold('create', commands),
      renew: (commands) => this.#hold('renew', commands),
      release: (commands) => this.#hold('release', commands),
      settleCleanups: (outcomes) => this.#hold('settleCleanups', outcomes),
      get: (leaseId) => Promise.resolve({ lease: leaseOf({ leaseId }), now: NOW }),
      close: () => {
        this.closed += 1;
        return Promise.resolve();
      },
    };
    return verbs as LeaseStore;
  }

  /** The ids that each batch of the verb named, in order. */
  ids(verb: Verb = 'renew'): string[][] {
    return this.batches.filter((batch) => batch.verb === verb).map(({ commands }) => commands.map(idOf));
  }

  sizes(verb: Verb = 'renew'): number[] {
    return this.ids(verb).map(({ length }) => length);
  }

  /** The n-th batch, 0 for the first. */
  batch(index: number): Batch {
    const batch = this.batches[index];
    if (batch === undefined) throw new Error(`only ${this.batches.length} batches came in`);
    return batch;
  }

  #hold<Result>(verb: Verb, commands: readonly Command[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      const answer = (results: readonly unknown[] = commands.map(answerTo)) =>
        resolve(results as readonly Result[]);
      const batch = { verb, commands, answer, fail: reject };
      this.batches.push(batch);
      this.onBatch(batch);
    });
  }
}

/** Renewals of the leases `<name>-0`, `<name>-1`, ... */
export function renewals(name: string, count: number): RenewLease[] {
  return Array.from({ length: count }, (_, index) => ({ leaseId: `${name}-${index}`, serviceId: 'svc' }));
}

/** The leases that the answers are about, in order. */
export function leasesOf(results: readonly RenewResult[]): string[] {
  return results.map((result) => (result.outcome === 'done' ? result.lease.leaseId : result.reason));
}

function idOf(command: Command): string {
  return 'leaseId' in command ? command.leaseId : command.cleanupId;
}

function answerTo(command: Command): unknown {
  if (!('leaseId' in command)) return 'settled';
  return { outcome: 'done', lease: leaseOf({ leaseId: command.leaseId }), now: NOW };
}
