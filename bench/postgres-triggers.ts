// What counting by triggers costs: batches per second through the adapter on a schema with its triggers, against the same
// on a schema without them. On a server of its own that waits for its disk; the two take turns, batch by batch.

import { randomUUID } from 'node:crypto';
import type { CleanupClaim, CreateLease, LeaseStore } from '@lease/core';
import { PostgresStore } from '@lease/storage-postgres';
import postgres from 'postgres';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { aCreate, createAll } from './fill.js';
import { median, progress, report, type Row } from './report.js';

const ROUNDS = 9;
/** Batches of each kind in a round. */
const TURNS = 8;
const BATCH = 500;
const CLAIMED = 256;
/** Triggers may take so much of a batch. */
const FLOOR = 0.85;
const HOUR_MS = 3_600_000;
const CLAIM = { claimant: 'bench', limit: CLAIMED, perEndpointLimit: CLAIMED, busyEndpoints: [] };

let made = 0;
const newLease = (): CreateLease =>
  aCreate(`object-${String(made)}`, made++, `http://host-${String(made % 100)}.example/`, HOUR_MS);

/** The batches that one store has gone through, each with the work of its own. */
class Course {
  readonly #store: LeaseStore;
  #created: CreateLease[] = [];
  #claims: readonly CleanupClaim[] = [];

  constructor(store: LeaseStore) {
    this.#store = store;
  }

  async create(): Promise<void> {
    this.#created = Array.from({ length: BATCH }, newLease);
    await createAll(this.#store, this.#created);
  }

  async renew(): Promise<void> {
    await this.#store.renew(this.#created.map(({ leaseId, serviceId }) => ({ leaseId, serviceId })));
  }

  async release(): Promise<void> {
    await this.#store.release(
      this.#created.map(({ leaseId, serviceId }) => ({ leaseId, serviceId, disposition: 'COLLECT' })),
    );
  }

  async claim(): Promise<void> {
    this.#claims = await this.#store.claimCleanups({ ...CLAIM, claimMs: HOUR_MS });
    if (this.#claims.length !== CLAIMED) throw new Error(`only ${String(this.#claims.length)} claims`);
  }

  async settle(): Promise<void> {
    const results = await this.#store.settleCleanups(
      this.#claims.map(({ cleanupId, object, fence }) => ({ cleanupId, object, fence, kind: 'done' })),
    );
    if (results.includes('stale')) throw new Error('an outcome was stale');
  }
}

const VERBS = ['create', 'renew', 'release', 'claim', 'settle'] as const;

async function open(server: RunningPostgres, triggers: boolean): Promise<PostgresStore> {
  const schema = `triggers_${randomUUID().slice(0, 8)}`;
  const store = await PostgresStore.open({ url: server.url, schema });
  if (!triggers) {
    const sql = postgres(server.url, { max: 1 });
    for (const table of ['lease', 'object', 'attempt', 'finished']) {
      await sql`alter table ${sql(schema)}.${sql(table)} disable trigger user`;
    }
    await sql.end();
  }
  return store;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

await using server = await RunningPostgres.start({ durable: true });
const stores = [await open(server, true), await open(server, false)] as const;
const courses = stores.map((store) => new Course(store));
const ratios = new Map<string, number[]>(VERBS.map((verb) => [verb, []]));
for (let round = -1; round < ROUNDS; round += 1) {
  const spentMs = new Map(VERBS.map((verb) => [verb, [0, 0]]));
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const verb of VERBS) {
      // Who goes first would otherwise always warm the caches for the other.
      for (const which of turn % 2 === 0 ? [0, 1] : [1, 0]) {
        const course = courses[which];
        const spent = spentMs.get(verb);
        if (course === undefined || spent === undefined) continue;
        spent[which] = (spent[which] ?? 0) + (await timed(() => course[verb]()));
      }
    }
  }
  for (const [verb, [withMs = 0, withoutMs = 0]] of spentMs) {
    progress(`${verb}: ${(withMs / TURNS).toFixed(1)} ms with, ${(withoutMs / TURNS).toFixed(1)} ms without`);
    if (round >= 0) ratios.get(verb)?.push(withoutMs / withMs);
  }
}
for (const store of stores) await store.close();
report(
  'postgres-triggers',
  [...ratios].map(([verb, all]): Row => {
    const name = `${verb} ${String(verb === 'claim' || verb === 'settle' ? CLAIMED : BATCH)}, with against without`;
    return { name, ratio: median(all), ratios: all, floor: FLOOR };
  }),
);
