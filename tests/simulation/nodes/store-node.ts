import { type Lease, type LeaseStore, type ObjectRef, StoreUnavailableError } from '@lease/core';
import type { Coverage } from '../engine/coverage.js';
import type { Scheduler } from '../engine/scheduler.js';
import { lasting, type Station } from '../engine/station.js';
import type { Trace } from '../engine/trace.js';

/** How the store fails: before the effect, after it, or by saying nothing at all (without effect). */
export type Outage = 'before' | 'after' | 'silent';

/** The store as a node of its own, behind the network. What it keeps outlives every replica. */
export class StoreNode {
  readonly station: Station = lasting('store');
  readonly #store: LeaseStore;
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  readonly #coverage: Coverage;
  #outage: Outage | undefined;
  #endOutage: (() => void) | undefined;

  /** `store`: the one that replicas see. */
  constructor(
    store: LeaseStore,
    parts: { readonly scheduler: Scheduler; readonly trace: Trace; readonly coverage: Coverage },
  ) {
    this.#store = store;
    this.#scheduler = parts.scheduler;
    this.#trace = parts.trace;
    this.#coverage = parts.coverage;
  }

  /** A verb arrives. One at a time: nothing else happens before its effect and its result stand. */
  async serve<T>(verb: string, run: (store: LeaseStore) => Promise<T>): Promise<T> {
    const outage = this.#outage;
    if (outage !== undefined) this.#coverage.fault(`store-out-${outage}`);
    if (outage === 'silent') return new Promise<never>(() => undefined);
    if (outage === 'before') throw new StoreUnavailableError('the store is down');
    const result = await run(this.#store);
    this.#note(verb, result);
    if (outage === 'after') throw new StoreUnavailableError('the connection was lost after the commit');
    return result;
  }

  fail(outage: Outage, forMs: number): void {
    this.#endOutage?.();
    this.#outage = outage;
    this.#endOutage = this.#scheduler.after(forMs, () => {
      this.#outage = undefined;
    });
  }

  /** The idle looks of collectors are most of the traffic, and say nothing. */
  #note(verb: string, result: unknown): void {
    if (Array.isArray(result)) {
      if (result.length > 0) this.#trace.note('store', `${verb} ${result.map(brief).join(', ')}`);
    } else if (!isIdle(result)) this.#trace.note('store', `${verb} ${brief(result)}`);
  }
}

function isIdle(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'expired' in result && result.expired === 0;
}

/** What any verb may answer, as far as the trace tells it. */
interface Telling {
  readonly outcome?: string;
  readonly reason?: string;
  readonly lease?: Lease;
  readonly cleanupId?: string;
  readonly object?: ObjectRef;
  readonly fence?: number;
  readonly status?: string;
  readonly expired?: number;
}

function brief(result: unknown): string {
  if (typeof result !== 'object' || result === null) return String(result);
  const { outcome, reason, lease, cleanupId, object, fence, status, expired } = result as Telling;
  if (outcome === 'refused') return `refused ${reason}`;
  if (lease !== undefined) {
    return `${lease.leaseId.slice(0, 8)} ${lease.state} on ${lease.object.id} until ${lease.expireTime}`;
  }
  if (fence !== undefined) return `${cleanupId?.slice(0, 8)} of ${object?.id} under ${fence}`;
  return status === undefined ? '' : `${status}, ${expired} expired`;
}
