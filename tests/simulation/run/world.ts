import type { Clock, Instant, LeaseStore } from '@lease/core';
import { MemoryStore } from '@lease/storage-memory';
import { Verdict } from '../checker/verdict.js';
import { Chance } from '../engine/chance.js';
import { Coverage } from '../engine/coverage.js';
import { Dice } from '../engine/dice.js';
import { Network } from '../engine/network.js';
import { Process, WORLD_START_MS } from '../engine/process.js';
import { Scheduler } from '../engine/scheduler.js';
import { Trace } from '../engine/trace.js';
import { Endpoint } from '../nodes/endpoint.js';
import { refusingNul } from '../nodes/refusing-nul.js';
import { remoteStore } from '../nodes/remote-store.js';
import { StoreNode } from '../nodes/store-node.js';
import { witnessed } from '../nodes/witnessed-store.js';
import { leapsOf, type Plan } from '../plan/plan.js';
import type { Sabotage } from '../sabotage/sabotage.js';
import { type Books, openBooks } from './books.js';
import { ClientSite } from './client-site.js';
import { ReplicaSite } from './replica-site.js';

/** One simulated cluster with its store, its clients, its endpoints, and the checker that watches it. */
export class World {
  readonly scheduler = new Scheduler();
  readonly coverage = new Coverage();
  readonly dice: Dice;
  readonly trace: Trace;
  readonly verdict: Verdict;
  readonly network: Network;
  readonly books: Books;
  readonly storeNode: StoreNode;
  readonly endpoints: readonly Endpoint[];
  readonly replicas: readonly ReplicaSite[];
  readonly clients: readonly ClientSite[];
  /** An operator's way to the store. */
  readonly operator: LeaseStore;
  /** The store itself, for the last count. */
  readonly store: LeaseStore;
  /** Lease ids that went out in creates, the latest last. */
  readonly leaseIds: string[] = [];
  /** How far the store's clock leaps in all. */
  readonly leapsMs: number;
  #harmUntilMs = 0;
  /** How far the store's clock is ahead of the world's. */
  #storeLeadMs = 0;
  #storeWallErrorMs = 0;

  constructor(plan: Plan, sabotage: Sabotage, keepTrace: boolean) {
    const { seed, shape } = plan;
    this.leapsMs = leapsOf(plan);
    const { scheduler, coverage } = this;
    this.dice = new Dice(seed);
    this.trace = new Trace(scheduler, keepTrace);
    this.verdict = new Verdict(scheduler, this.trace);
    const parts = { scheduler, coverage, trace: this.trace, verdict: this.verdict, dice: this.dice, shape };
    this.network = new Network(scheduler, this.dice, shape.weather, parts);

    this.store = new MemoryStore({ clock: this.#storeClock(), random: Chance.of(seed, 'store') });
    this.books = openBooks({ ...parts, store: this.store, storeNow: () => this.#storeNow() });
    const served = refusingNul(sabotage.store?.(this.store) ?? this.store);
    this.storeNode = new StoreNode(witnessed(served, this.books), parts);

    this.endpoints = sites(shape.endpoints, (i) => {
      return new Endpoint(`endpoint-${i}`, { ...parts, attempts: this.books.attempts });
    });
    this.replicas = sites(shape.replicas, (i) => {
      return new ReplicaSite(`replica-${i}`, { ...parts, ...this.#surroundings, sabotage });
    });
    this.clients = sites(shape.clients, (i) => {
      const serviceId = `service-${1 + (i % shape.services)}`;
      return new ClientSite(`client-${i}`, { ...parts, ...this.#surroundings, sabotage, serviceId });
    });
    const desk = new Process(scheduler, { name: 'operator', wallErrorMs: 0, monotonicOriginMs: 0 });
    this.operator = remoteStore(this.network, desk, this.storeNode);
  }

  /** Harm began that goes on for so long. */
  lasts(forMs: number): void {
    this.#harmUntilMs = Math.max(this.#harmUntilMs, this.scheduler.nowMs + forMs);
  }

  /** When all harm that began is over. */
  get harmUntilMs(): number {
    return this.#harmUntilMs;
  }

  /** The store's clock goes forward. Nobody else's does. */
  leapStoreClock(byMs: number): void {
    this.#storeLeadMs += byMs;
    this.books.holds.leapt();
    this.books.attempts.leapt();
  }

  /** The wall clock of the store's machine steps. The store read it once, when it opened. */
  stepStoreWall(byMs: number): void {
    this.#storeWallErrorMs += byMs;
  }

  get #surroundings() {
    return {
      network: this.network,
      books: this.books,
      storeNode: this.storeNode,
      endpoints: this.endpoints,
      replicas: () => this.replicas.map((site) => site.replica),
      lasts: (forMs: number) => {
        this.lasts(forMs);
      },
      mention: (leaseId: string) => {
        this.leaseIds.push(leaseId);
      },
    };
  }

  #storeClock(): Clock {
    return {
      monotonicMs: () => this.scheduler.nowMs + this.#storeLeadMs,
      wallMs: () => WORLD_START_MS + this.scheduler.nowMs + this.#storeWallErrorMs,
      schedule: (delayMs, callback) => this.scheduler.after(delayMs, callback),
    };
  }

  #storeNow(): Instant {
    return Math.floor(WORLD_START_MS + (this.scheduler.nowMs + this.#storeLeadMs));
  }
}

/** Numbered from 1, as their names are. */
function sites<T>(count: number, make: (number: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
