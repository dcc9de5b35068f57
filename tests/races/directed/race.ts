import { setTimeout as delay } from 'node:timers/promises';
import type { CleanupClaim, Lease, LeaseStore } from '@lease/core';
import { LawBroken } from '@lease/core/testing';
import type { Sql } from 'postgres';
import { Barrier, type Sent } from './barrier.js';
import { type Moment, shutGate } from './gates.js';

/** A store on PostgreSQL with sessions of the test's own beside it, which decide who meets whom, and when. */
export interface Race {
  /** Two replicas of one store. */
  readonly store: LeaseStore;
  readonly other: LeaseStore;
  /** For looking: each statement sees what is committed. */
  readonly sql: Sql;
  /** Of the server. */
  readonly url: string;
  /** The quoted name of the schema. */
  readonly within: string;
  /** Opens one more replica on another way to the server. */
  openAt(url: string): Promise<LeaseStore>;
}

/** Holds the row against everybody who would lock or write it. */
export function holdRow(
  { sql, within }: Race,
  table: 'lease' | 'object' | 'service',
  id: string,
): Promise<Barrier> {
  const key = { lease: 'lease_id', object: 'object_key', service: 'service_id' }[table];
  return Barrier.shut(sql, `select from ${within}.${table} where ${key}::text = $1 for update`, [id]);
}

/** Stops whoever changes the row: as it is about to, or when all is done but the commit. */
export function stopAt(race: Race, moment: Moment, table: 'lease' | 'object', id: string): Promise<Barrier> {
  return shutGate(race.sql, race.within, moment, table, id);
}

/** The store's clock moves on, for all replicas. */
export async function passTime({ sql, within }: Race, ms: number): Promise<void> {
  await sql.unsafe(`update ${within}.race_time set ahead = ahead + $1::bigint * interval '1 ms'`, [
    String(ms),
  ]);
}

/** Waits for all answers; fails as soon as sessions at this schema wait for each other in a circle. */
export async function withoutDeadlock<T extends readonly Sent<unknown>[]>(
  { sql, within }: Race,
  ...calls: T
): Promise<{ [I in keyof T]: Awaited<T[I]['answer']> }> {
  while (calls.some(({ ended }) => !ended)) {
    const [circle] = await sql`
      with recursive edge as materialized (
        select a.pid, unnest(pg_blocking_pids(a.pid)) as blocker from pg_stat_activity a
        where a.wait_event_type = 'Lock' and position(${within} in a.query) > 0
      ), path (start, pid) as (
        select pid, blocker from edge union select path.start, edge.blocker from path join edge on edge.pid = path.pid
      )
      select from path where start = pid limit 1`;
    if (circle) throw new LawBroken('L1: two calls wait for each other: a deadlock');
    await delay(2);
  }
  return (await Promise.all(calls.map(({ answer }) => answer))) as {
    [I in keyof T]: Awaited<T[I]['answer']>;
  };
}

export async function leaseOf(store: LeaseStore, leaseId: string): Promise<Lease> {
  const { lease } = await store.get(leaseId);
  if (lease === undefined) throw new LawBroken(`there is no lease ${leaseId}`);
  return lease;
}

export function claimAll(
  store: LeaseStore,
  claimant: string,
  claimMs = 10_000,
): Promise<readonly CleanupClaim[]> {
  return store.claimCleanups({ claimant, limit: 10, perEndpointLimit: 10, busyEndpoints: [], claimMs });
}

/** A sweep without grace, of up to 100 leases. */
export function sweep(store: LeaseStore) {
  return store.expireDue({ limit: 100, graceMs: 0, brakeShare: 1 });
}
