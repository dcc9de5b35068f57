import {
  type Answer,
  Collector,
  LeaseService,
  type LeaseEvent,
  type LeaseStore,
  type Random,
  StoreUnavailableError,
} from '@lease/core';
import type { Executor } from '@lease/core';
import type { PairBook } from '../checker/pair-book.js';
import type { Verdict } from '../checker/verdict.js';
import type { Process } from '../engine/process.js';
import type { Shape } from '../plan/shape.js';

export interface ReplicaParts {
  readonly process: Process;
  readonly store: LeaseStore;
  readonly executor: Executor;
  readonly random: Random;
  readonly shape: Shape;
  readonly verdict: Verdict;
  readonly pairs: PairBook;
}

/** What a replica answers over the wire: an answer, or that it has no store to ask. */
export type Reply<T> = Answer<T> | 'STORE_UNAVAILABLE';

/** One process that serves leases and collects: the real service and the real collector. */
export class Replica {
  readonly process: Process;
  readonly #service: LeaseService;
  readonly #collector: Collector;
  readonly #verdict: Verdict;
  readonly #pairs: PairBook;

  constructor({ process, store, executor, random, shape, verdict, pairs }: ReplicaParts) {
    this.process = process;
    this.#verdict = verdict;
    this.#pairs = pairs;
    const observer = (event: LeaseEvent) => {
      this.#observe(event);
    };
    this.#service = new LeaseService({
      store,
      random,
      observer,
      admitTarget: () => undefined,
      maxLeasesPerService: shape.quota,
      maxTtlMs: Math.max(86_400_000, shape.longTtlMs ?? 0),
    });
    this.#collector = new Collector({
      store,
      executors: { http: executor },
      clock: process.clock,
      random,
      observer,
      graceMs: shape.graceMs,
      sweepIntervalMs: shape.sweepIntervalMs,
      sweepLimit: shape.sweepLimit,
      maxConcurrent: shape.maxConcurrent,
      perEndpoint: shape.perEndpoint,
    });
    this.#collector.start();
  }

  /** A request arrives. */
  async serve<T>(rpc: (service: LeaseService) => Promise<Answer<T>>): Promise<Reply<T>> {
    try {
      return await rpc(this.#service);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) this.#verdict.broken('fault', String(error));
      return 'STORE_UNAVAILABLE';
    }
  }

  /** Drains and exits, as after SIGTERM. */
  stop(graceMs: number): void {
    void this.#collector.stop({ graceMs }).then(() => {
      this.process.kill();
    });
  }

  /** The only step that may fail is one that found no store. */
  #observe(event: LeaseEvent): void {
    if (event.type === 'breaker-changed') this.#pairs.met('breaker', event.from, 'change', event.to);
    if (event.type !== 'step-failed') return;
    const { error } = event;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const isExpected =
      cause instanceof StoreUnavailableError || String(cause).includes('the collector stopped');
    this.#verdict.expect(isExpected, 'fault', () => `${event.step} failed: ${String(cause)}`);
  }
}
