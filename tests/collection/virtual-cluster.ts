import { Collector, type LeaseEvent, type RetryPolicy, type StoreStats } from '@lease/core';
import { createCommand, httpCleanup, ManualClock, objectRef, seededRandom } from '@lease/core/testing';
import { Endpoints } from './endpoints.js';
import { type TimedStore, VirtualStore } from './virtual-store.js';

export interface ClusterOptions {
  /** Default 1. */
  readonly replicas?: number;
  /** What each call to the store takes. Default 0 ms. */
  readonly storeLatencyMs?: number;
  /** See `CollectorOptions`. Default 500 ms: most of what happens in a day is a look that finds nothing. */
  readonly sweepIntervalMs?: number;
}

/** In one create. */
const BATCH = 1_000;

/** Real collectors over a real store, with scripted endpoints, in virtual time. */
export class VirtualCluster {
  readonly clock = new ManualClock();
  readonly endpoints = new Endpoints(this.clock);
  readonly events: LeaseEvent[] = [];
  readonly #virtual: VirtualStore;
  readonly #collectors: readonly Collector[];
  readonly #ids = seededRandom(3);

  constructor(
    timed: TimedStore,
    { replicas = 1, storeLatencyMs = 0, sweepIntervalMs = 500 }: ClusterOptions = {},
  ) {
    this.#virtual = new VirtualStore(timed, this.clock, storeLatencyMs);
    this.#collectors = Array.from(
      { length: replicas },
      (_, n) =>
        new Collector({
          store: this.#virtual.store,
          executors: { http: this.endpoints },
          clock: this.clock,
          random: seededRandom(100 + n),
          sweepIntervalMs,
          observer: (event) => {
            // A look that finds nothing happens half a million times in a day.
            if (event.type !== 'swept') this.events.push(event);
          },
        }),
    );
  }

  start(): void {
    for (const collector of this.#collectors) collector.start();
  }

  /** So many objects fall due now, with a cleanup at that endpoint. No replica is told: each finds out at its next look. */
  async fallDue(endpoint: string, count = 1, retry: Partial<RetryPolicy> = {}): Promise<void> {
    const cleanup = httpCleanup({ url: `${endpoint}/cleanup`, retry });
    const { atOnce } = this.#virtual;
    for (let left = count; left > 0; left -= BATCH) {
      const creates = Array.from({ length: Math.min(BATCH, left) }, () => {
        const leaseId = this.#ids.uuid();
        return createCommand({ leaseId, object: objectRef(leaseId), cleanup, maxActive: 1_000_000 });
      });
      await atOnce.create(creates);
      await atOnce.release(
        creates.map(({ leaseId, serviceId }) => ({ leaseId, serviceId, disposition: 'COLLECT' as const })),
      );
    }
  }

  /** Time passes. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + ms;
    for (;;) {
      await this.#virtual.quiet();
      const nextMs = this.clock.nextTimerInMs ?? Infinity;
      const leftMs = endMs - this.clock.monotonicMs();
      await this.clock.advance(Math.min(nextMs, leftMs));
      if (nextMs > leftMs) break;
    }
    await this.#virtual.quiet();
  }

  stats(): Promise<StoreStats> {
    return this.#virtual.atOnce.stats();
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.#collectors.map((collector) => collector.stop({ graceMs: 0 })));
    await this.pass(5_000);
    await stopping;
  }
}
