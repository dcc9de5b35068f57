import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CleanupClaim, Collector, type LeaseStore, type SweepReport } from '@lease/core';
import { ManualClock, recordingExecutor, seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { PostgresStore } from '@lease/storage-postgres';
import { SqliteStore } from '@lease/storage-sqlite';
import postgres from 'postgres';
import { type Home, recountHome } from '../helpers/home.js';
import { imbalancesOf } from '../helpers/balance.js';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { replaceClock, setClock } from '../helpers/postgres/test-clock.js';
import { scratch } from '../helpers/scratch.js';
import type { SiteOptions } from './site.js';

/** The default of the server. */
const GRACE_MS = 5_000;
/** So that attempts which take no time are made as fast as they are claimed. */
const SLOTS = 500;
/** Between two sweeps; more would be a gap. */
const TICK_MS = 1_000;

/** Stores that are opened on what one home keeps, and go by one clock. */
interface Open {
  readonly home: Home;
  /** One for each replica; the same one again where a store has one owner. */
  open(): Promise<readonly LeaseStore[]>;
  /** Brings the stores' clock to this reading. */
  setTime(wallMs: number): Promise<void>;
  free(): Promise<void>;
}

type Opening = (clock: ManualClock, replicas: number) => Promise<Open>;

/** Replicas over one store, in virtual time: their collectors, whose attempts all succeed at once. */
export class VirtualSite implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly executor = recordingExecutor();
  readonly #replicas: number;
  readonly #open: Opening;
  #opened: Open | undefined;
  #stores: readonly LeaseStore[] = [];
  #collectors: readonly Collector[] = [];

  private constructor(replicas: number, open: Opening) {
    this.#replicas = replicas;
    this.#open = open;
  }

  static async open({ storage, database, replicas = 3 }: Omit<SiteOptions, 'flags'>): Promise<VirtualSite> {
    const site = new VirtualSite(replicas, (clock, count) =>
      storage === 'postgres'
        ? openPostgres(count, database)
        : Promise.resolve(openOwned(storage, clock, count)),
    );
    await site.up();
    return site;
  }

  get store(): LeaseStore {
    const [store] = this.#stores;
    if (store === undefined) throw new Error('all replicas are down');
    return store;
  }

  /** What was collected, in that order. */
  get collected(): readonly CleanupClaim[] {
    return this.executor.claims;
  }

  /** All replicas start, on what was kept. */
  async up(): Promise<void> {
    this.#opened ??= await this.#open(this.clock, this.#replicas);
    await this.#opened.setTime(this.clock.wallMs());
    this.#stores = await this.#opened.open();
    this.#collectors = this.#stores.map(
      (store) =>
        new Collector({
          store,
          executors: { http: this.executor },
          clock: this.clock,
          graceMs: GRACE_MS,
          maxConcurrent: SLOTS,
          perEndpoint: SLOTS,
        }),
    );
  }

  /** All replicas are gone for so long. What lives in memory is kept, as if its process had been stopped. */
  async down(ms: number): Promise<void> {
    if (this.#opened?.home.storage !== 'memory') {
      for (const store of new Set(this.#stores)) await store.close();
    }
    this.#stores = [];
    this.#collectors = [];
    await this.clock.advance(ms);
  }

  /** Time passes, while all replicas sweep and collect once a second. `each` is called after each second. */
  async pass(ms: number, each: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= TICK_MS) {
      await this.clock.advance(Math.min(leftMs, TICK_MS));
      await this.#opened?.setTime(this.clock.wallMs());
      await this.collect();
      await each();
    }
  }

  /** Every replica sweeps and collects, side by side, until there is nothing left to do now. */
  async collect(): Promise<void> {
    for (;;) {
      const reports = await this.sweep();
      const claimed = await Promise.all(this.#collectors.map((collector) => collector.claim()));
      await Promise.all(this.#collectors.map((collector) => collector.idle()));
      const isDone = reports.every(({ nextInMs }) => nextInMs > 0) && claimed.every((count) => count === 0);
      if (isDone) return;
    }
  }

  /** Every replica sweeps once. */
  sweep(): Promise<readonly SweepReport[]> {
    return Promise.all(this.#collectors.map((collector) => collector.sweep()));
  }

  /** Closes the stores and recounts (S6, S16). What is wrong; empty: nothing. */
  async close(): Promise<readonly string[]> {
    const { leases, cleanups, attempts } = await this.store.stats();
    const broken = imbalancesOf({
      leases,
      // Nothing is in flight: attempts end at once.
      cleanups: { ...cleanups, due: cleanups.open, claimed: 0 },
      attempts,
    });
    for (const store of new Set(this.#stores)) await store.close();
    this.#stores = [];
    return [...broken, ...(this.#opened ? await recountHome(this.#opened.home) : [])];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of new Set(this.#stores)) await store.close();
    await this.#opened?.free();
  }
}

/** A store that one process owns, which the replicas then share. */
function openOwned(storage: 'memory' | 'sqlite', clock: ManualClock, replicas: number): Open {
  const random = seededRandom(7);
  const all = (store: LeaseStore) => Promise.resolve(Array.from({ length: replicas }, () => store));
  const setTime = () => Promise.resolve();
  if (storage === 'memory') {
    const store = new MemoryStore({ clock, random });
    return { home: { storage }, open: () => all(store), setTime, free: () => Promise.resolve() };
  }
  const dataDir = mkdtempSync(join(scratch(), 'lease-virtual-'));
  return {
    home: { storage, dataDir },
    open: () => all(SqliteStore.open({ path: join(dataDir, 'lease.db'), clock, random })),
    setTime,
    free: () => {
      rmSync(dataDir, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

async function openPostgres(replicas: number, given: SiteOptions['database']): Promise<Open> {
  const server = given ? undefined : await RunningPostgres.start();
  const database = given ?? { url: server?.url ?? '', schema: 'lease' };
  await (await PostgresStore.open(database)).close();
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  await replaceClock(sql, database.schema);
  return {
    home: { storage: 'postgres', ...database },
    open: () => Promise.all(Array.from({ length: replicas }, () => PostgresStore.open(database))),
    setTime: (ms) => setClock(sql, database.schema, ms),
    free: async () => {
      await sql.end();
      await server?.[Symbol.asyncDispose]();
    },
  };
}
